"""What our mail says, in the languages that it can be said in; a survey's own words come from its translations."""

from collections.abc import Mapping

ENGLISH = {
    "language": "en",
    "direction": "ltr",
    "invitation": "{title}: what do you think?",
    "reminder": "Still open: {title}",
    "greeting": "Hello",
    "why": "asks its members:",
    "again": "You have not answered yet, or your answer was not counted yet. If you have answered: thank you, there is "
    "nothing more to do.",
    "takes": "Answering takes about {minutes} minutes.",
    "until": "You can answer until {day}.",
    "press": "Answer now",
    "own": "This link is yours alone. Please do not pass it on: it takes one answer.",
    "anonymous": "Your answer is anonymous: what is stored leads to nobody.",
    "confidential": "Your answer is confidential: it is linked to you inside, and shown to nobody with your name.",
    "named": "Your answer is shown with your name to those who run the survey.",
    "stop": "No more mail of this kind",
}
OTHERS: Mapping[str, Mapping[str, str]] = {
    "de": {
        "invitation": "{title}: Was meinst du?",
        "reminder": "Noch offen: {title}",
        "greeting": "Hallo",
        "why": "fragt die Mitglieder:",
        "again": "Du hast noch nicht geantwortet, oder deine Antwort ist noch nicht gezählt. Wenn du geantwortet hast: "
        "danke, mehr ist nicht zu tun.",
        "takes": "Die Antwort dauert etwa {minutes} Minuten.",
        "until": "Antworten kannst du bis {day}.",
        "press": "Jetzt antworten",
        "own": "Dieser Link gehört nur dir. Bitte gib ihn nicht weiter: Er nimmt eine Antwort an.",
        "anonymous": "Deine Antwort ist anonym: Was gespeichert wird, führt zu niemandem.",
        "confidential": "Deine Antwort ist vertraulich: intern mit dir verknüpft, aber nie mit deinem Namen gezeigt.",
        "named": "Deine Antwort sehen die Verantwortlichen der Umfrage mit deinem Namen.",
        "stop": "Keine solche Post mehr",
    },
    "es": {
        "invitation": "{title}: ¿qué opinas?",
        "reminder": "Sigue abierta: {title}",
        "greeting": "Hola",
        "why": "pregunta a sus miembros:",
        "again": "Aún no has respondido, o tu respuesta todavía no se ha contado. Si ya respondiste, gracias: "
        "no hay nada más que hacer.",
        "takes": "Responder lleva unos {minutes} minutos.",
        "until": "Puedes responder hasta el {day}.",
        "press": "Responder ahora",
        "own": "Este enlace es solo tuyo. No lo compartas: admite una sola respuesta.",
        "anonymous": "Tu respuesta es anónima: lo que se guarda no conduce a nadie.",
        "confidential": "Tu respuesta es confidencial: se vincula contigo y nunca se muestra con tu nombre.",
        "named": "Quienes llevan la encuesta ven tu respuesta con tu nombre.",
        "stop": "No recibir más correos de este tipo",
    },
    "fr": {
        "invitation": "{title} : qu’en pensez-vous ?",
        "reminder": "Encore ouvert : {title}",
        "greeting": "Bonjour",
        "why": "demande à ses membres :",
        "again": "Vous n’avez pas encore répondu, ou votre réponse n’est pas encore comptée. Si vous avez répondu, "
        "merci : il n’y a plus rien à faire.",
        "takes": "Répondre prend environ {minutes} minutes.",
        "until": "Vous pouvez répondre jusqu’au {day}.",
        "press": "Répondre",
        "own": "Ce lien est à vous seul. Ne le transmettez pas : il accepte une seule réponse.",
        "anonymous": "Votre réponse est anonyme : ce qui est enregistré ne mène à personne.",
        "confidential": "Votre réponse est confidentielle : liée à vous en interne, jamais montrée avec votre nom.",
        "named": "Les responsables de l’enquête voient votre réponse avec votre nom.",
        "stop": "Ne plus recevoir ces messages",
    },
    "ar": {
        "direction": "rtl",
        "invitation": "{title}: ما رأيك؟",
        "reminder": "ما زال مفتوحًا: {title}",
        "greeting": "مرحبًا",
        "why": "تسأل أعضاءها:",
        "again": "لم تُجب بعد، أو لم تُحتسب إجابتك بعد. إن كنت قد أجبت فشكرًا لك، ولا يلزم شيء آخر.",
        "takes": "تستغرق الإجابة نحو {minutes} دقائق.",
        "until": "يمكنك الإجابة حتى {day}.",
        "press": "أجب الآن",
        "own": "هذا الرابط لك وحدك. لا تمرره إلى غيرك: فهو يقبل إجابة واحدة.",
        "anonymous": "إجابتك مجهولة: ما يُحفظ لا يدل على أحد.",
        "confidential": "إجابتك سرية: مرتبطة بك داخليًا ولا تُعرض أبدًا مع اسمك.",
        "named": "يرى القائمون على الاستبيان إجابتك مع اسمك.",
        "stop": "إيقاف هذه الرسائل",
    },
}


def words_in(language: str, *, kind: str) -> dict[str, str]:
    """The words of an invitation or a reminder, in a language where we have them, else in English."""
    known = language if language in OTHERS else language.partition("-")[0]
    words = ENGLISH | ({"language": known} | dict(OTHERS[known]) if known in OTHERS else {})
    return words | {"subject": words[kind], "again": words["again"] if kind == "reminder" else ""}
