"""Words, emoji and turns of phrase of survey answers that the general word lists lack or read in another sense."""

from surveyapp.analysis.tone_scan import word_set

GOOD_WORDS = word_set(
    "accessible accommodating affordable amazing answered approachable attentive available beautifully brilliant "
    "bustling calm caring clean cleaner comfy committed compassionate considerate convenient cooperative cosy "
    "courteous delicious dependable easier efficient efficiently effortless encouraging engaging enjoyable "
    "enthusiastic excellent exceptional faultless flawless flexible friendlier gem grateful helped hospitable "
    "impeccable inclusive informative insightful inspiring interactive kindness knowledgeable learned learnt listen "
    "listened listens lively modern motivated motivating neat neighbourly obliging organised outstanding painless "
    "pleasantly pleasing polite practical professional prompt promptly proud punctual quicker reassured reassuring "
    "relaxing reliable respectful responsive safer satisfied seamless smooth smoothly spacious spotless stimulating "
    "structured superb supportive sympathetic tasty terrific thankyou thorough thoughtful thriving tidy timely "
    "top-notch understanding unforgettable uplifting vibrant walkable welcomed welcoming well-kept well-organised "
    "well-run worthwhile"
)
BAD_WORDS = word_set(
    "abandoned absent abysmal annoying appalling arrogant awkward backlog blocked boring broken buggy bullied bullying "
    "bumpy bureaucratic burnout cancelled careless chaotic clogged clueless clunky cluttered complicated condescending "
    "confused confusing congested corrupt costly cracked cramped crash crashes crowded crumbling cumbersome "
    "dangerously decay delay delayed delays demotivated demotivating derelict deteriorated deteriorating dilapidated "
    "dirty disappointing dismissive disorganised disorganized disrespectful disruptive draughty dreadful dull "
    "dysfunctional excessive exhausting expensive faulty favoritism favouritism filthy flawed flooded flooding forever "
    "glitchy gridlock grubby harassment hassle hopeless hurried ignored illegible impersonal impossible inaccessible "
    "inadequate inattentive inaudible incomprehensible inconsiderate inconsistent inconvenient ineffective inefficient "
    "inflexible insufficient intrusive irrelevant lacked lacking lacks laggy late leaking lengthy litter littered loud "
    "mediocre mess messy micromanaged micromanagement misleading mismanaged misunderstood monotone monotonous mould "
    "mouldy muddled neglected neglects nepotism nightmare noise noisy nowhere obsolete outage outages outdated "
    "outrageous overcharged overcrowded overdue overgrown overloaded overlooked overpriced overwhelmed overwhelming "
    "overworked patronising patronizing pointless poor poorly pothole potholes queues repetitive ridiculous rubbish "
    "rude rudely rundown rushed rusty scruffy shabby shambles shortage shortages slippery slow slower slowly sluggish "
    "smell smells smelly stale stench stinks stressful stuck substandard tedious terrible thoughtless tired toxic "
    "turnover unaffordable unanswered unappreciated unbearable uncaring uncertain unclean unclear uncomfortable "
    "uncooperative underfunded underpaid understaffed undervalued unengaging unfair unfairly unfriendly unheard "
    "unhelpful unhygienic uninformed uninteresting uninviting unkept unlit unnecessary unnoticed unorganised "
    "unorganized unpleasant unprofessional unreachable unreasonable unreliable unresponsive unsafe unsanitary "
    "unsatisfactory unsightly unsupported unusable unwelcome unwelcoming useless vague vandalised vandalism wasted "
    "wasteful weeds"
)
GOOD_EMOJI = frozenset("😍🥰😀😃😄😁😊🙂👍👏🎉💚💙💜🧡💛💖💕😘🤗🙌✨🌟⭐💪☺❤")
BAD_EMOJI = frozenset("😡😠🤬😢😭😞😟🙁☹😩😫😤👎💩🤮🤢😒😖😣😔")

# Two words that together mean other than each by itself, and what they add to direction and to judging.
TURNS_OF_PHRASE = {
    "bus stop": (0.8, -0.5),
    "fed up": (-2.5, 1.5),
    "for nothing": (-3.0, 0.5),  # "thanks ..."
    "improvement needed": (-1.0, 0.5),
    "keep up": (1.5, 0.5),
    "let down": (-2.0, 1.0),
    "listened to": (1.2, 0.5),
    "looked after": (1.5, 0.8),
    "need improvement": (-1.5, 0.5),
    "needs improvement": (-1.5, 0.5),
    "no complaints": (1.0, 0.3),
    "no idea": (0.5, -1.0),
    "no issue": (1.5, 0.3),
    "no issues": (1.5, 0.3),
    "no opinion": (1.5, -2.0),
    "not^ sure": (2.5, -2.0),
    "out of": (-0.5, 0.3),  # "... order", "... date"
    "takes forever": (-2.0, 1.0),
    "too+ expensive": (-0.5, 1.0),
    "too+ far": (-1.5, 1.0),
    "too+ few": (-1.5, 1.0),
    "too+ high": (-1.5, 1.0),
    "too+ little": (-1.5, 1.0),
    "too+ long": (-1.5, 1.0),
    "too+ many": (-1.5, 1.0),
    "too+ much": (-1.5, 1.0),
    "waste of": (-1.0, 0.5),
    "would recommend": (1.2, 0.6),
}
# What a community strives for: naming it praises nothing.
VALUES = word_set("democracy equality equity fairness freedom freedoms justice liberty peace unity")
# Negators that praise: tone_scan renames them, and they turn nothing.
FIXED_NEGATIONS = {
    "can't+ask": (3.0, 1.0),  # "... for more"
    "can't+asked": (3.0, 1.0),
    "can't+be": (3.0, 1.0),  # "... better", "... happier"
    "can't+beat": (3.0, 1.0),
    "can't+complain": (2.5, 1.0),
    "can't+fault": (3.0, 1.0),
    "can't+praise": (3.0, 1.0),  # "... them enough"
    "can't+rate": (3.0, 1.0),
    "can't+recommend": (3.0, 1.0),
    "can't+thank": (3.0, 1.0),
    "can't+wait": (3.0, 1.0),
    "can't+wish": (3.0, 1.0),
    "can't+wished": (3.0, 1.0),
}
