// Keeps what is typed on a screen of a survey until the server has it, and sends it when a lost connection is back.
// Without this script nothing is lost either: each screen is an ordinary form, and sending it twice stores it once.
// Markup: <form data-keep="link" data-screen="2"> with [data-told], which has the words, and [data-posted] where it is
// handed back as it was sent; [data-forget="link"] afterwards.
const PREFIX = "answers ";
const HIDDEN = new Set(["csrf_token", "code", "invited", "seen", "change"]);
const MOVES = new Set(["add", "remove", "vote", "again", "propose", "like", "flag"]);
const LOOK_AGAIN = 5000; // milliseconds between looks whether the connection is back
const NO_ANSWER = 10000; // after so many it counts as lost
const JUST_NOW = 15000; // so long after the page came the connection is taken to be there

function drop(start) {
  for (const key of Object.keys(localStorage)) if (key.startsWith(start)) localStorage.removeItem(key);
}

/** How the address asks for as many boxes for ideas as were written into, if the page has fewer: "q7=3". */
function boxMissing(form, typed) {
  const [, question, number] = typed.filter(([name, value]) => value && !form.elements[name])
    .map(([name]) => /^(q\d+)_(\d+)_idea$/.exec(name)).findLast(Boolean) ?? [];
  return question && !location.search.includes(`${question}=`) ? `${question}=${number}` : "";
}

function watch(form) {
  const survey = `${PREFIX}${form.dataset.keep} `;
  const key = survey + form.dataset.screen;
  const told = form.querySelector("[data-told]");
  const owner = form.elements.code.value;
  let isSending = false;

  const typed = () => [...new FormData(form)].filter(([name]) => !HIDDEN.has(name));
  const tell = (words) => { told.textContent = words; told.hidden = !words; };
  const keep = (isSent = false) => {
    try { localStorage.setItem(key, JSON.stringify({ owner, isSent, typed: typed() })); } catch { /* it is full, or refused */ }
  };

  // Another screen whose form was sent has arrived, as this page is here; another person's words are not for this one.
  for (const other of Object.keys(localStorage)) {
    if (!other.startsWith(survey)) continue;
    const kept = JSON.parse(localStorage.getItem(other));
    if (kept.owner !== owner || (other !== key && kept.isSent)) localStorage.removeItem(other);
  }

  if ("posted" in form.dataset) keep(); // the page hands back what this very tab sent: another tab may have kept something else
  const kept = JSON.parse(localStorage.getItem(key) ?? "null");
  const box = kept && boxMissing(form, kept.typed);
  if (box) return location.replace(`?${box}`);
  if (kept) {
    const before = JSON.stringify(typed());
    for (const control of form.elements) {
      if (!control.name || HIDDEN.has(control.name) || control.type === "submit") continue;
      const values = kept.typed.filter(([name]) => name === control.name).map(([, value]) => value);
      if (control.type === "radio" || control.type === "checkbox") control.checked = values.includes(control.value);
      else if (values.length) control.value = values[0];
    }
    if (JSON.stringify(typed()) !== before) tell(told.dataset.told);
  }

  const isReached = async () => {
    try {
      return (await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(NO_ANSWER) })).ok;
    } catch { return false; }
  };

  form.addEventListener("input", () => keep());
  form.addEventListener("submit", async (event) => {
    if (isSending) return event.preventDefault();
    isSending = true;
    const letPressAgain = () => setTimeout(() => { isSending = false; }, NO_ANSWER); // whoever stopped the page on its way
    const button = event.submitter;
    const letGo = () => { // boxes change their places, or another proposal comes
      if (MOVES.has(button?.name)) localStorage.removeItem(key); else keep(true);
    };
    if (navigator.onLine && performance.now() < JUST_NOW) return letPressAgain(letGo());
    event.preventDefault();
    keep();
    while (!(await isReached())) {
      tell(told.dataset.lost);
      await new Promise((resolve) => {
        addEventListener("online", resolve, { once: true });
        setTimeout(resolve, LOOK_AGAIN);
      });
    }
    letGo();
    if (button?.name) {
      const pressed = document.createElement("input");
      Object.assign(pressed, { type: "hidden", name: button.name, value: button.value });
      form.append(pressed);
    }
    form.submit();
    letPressAgain();
  });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

const form = document.querySelector("form[data-keep]");
const done = document.querySelector("[data-forget]");
try {
  if (form) watch(form);
  if (done) drop(`${PREFIX}${done.dataset.forget} `);
} catch {
  // the browser keeps its storage to itself: the form works without
}
