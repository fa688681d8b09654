// Lets one drag a question of a draft to another place, by mouse or touch; the buttons beside it do the same by keyboard.
// Markup: <div data-sorted> around each <ol data-part="3"> of <li data-at="/…/7/move" data-name="…"> with a [data-handle]
// and a form; [data-drag-told] has the words to tell, and {} for the name and the number.
const EDGE = 60; // pixels from the edge of the window within which it scrolls
const STEP = 12;

const list = document.querySelector("[data-sorted]");
const told = document.querySelector("[data-drag-told]");

const fill = (words, ...parts) => parts.reduce((text, part) => text.replace("{}", part), words);

/** Where an item would go if it were let go here: before or after another one, or into an empty part. */
function placeAt(x, y, item) {
  const over = document.elementFromPoint(x, y)?.closest("[data-sorted] section");
  if (!over) return null;
  const part = over.querySelector("ol[data-part]");
  const others = [...part.children].filter((one) => one !== item);
  const next = others.findIndex((one) => {
    const box = one.getBoundingClientRect();
    return y < box.top + box.height / 2;
  });
  return { part, others, place: next < 0 ? others.length : next };
}

function show(target) {
  for (const one of list.querySelectorAll(".drop-before, .drop-after, .drop-here")) one.classList.remove("drop-before", "drop-after", "drop-here");
  if (!target) return;
  const { part, others, place } = target;
  if (!others.length) part.classList.add("drop-here");
  else if (place < others.length) others[place].classList.add("drop-before");
  else others[place - 1].classList.add("drop-after");
}

/** Send what the buttons send, and show the list as the server has it then. */
async function move(item, { part, place }) {
  const token = item.querySelector("[name=csrf_token]").value;
  const body = new URLSearchParams({ csrf_token: token, to: `${part.dataset.part}.${place}` });
  try {
    const answer = await fetch(item.dataset.at, { method: "POST", body });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    list.innerHTML = page.querySelector("[data-sorted]").innerHTML;
    const all = [...list.querySelectorAll("li[data-at]")];
    const moved = all.findIndex((one) => one.id === item.id);
    all[moved].scrollIntoView({ block: "nearest" });
    told.textContent = fill(told.dataset.dragTold, item.dataset.name, moved + 1, all.length);
  } catch {
    told.textContent = fill(told.dataset.dragFailed, item.dataset.name);
  }
}

function drag(event) {
  const handle = event.target.closest("[data-handle]");
  if (!handle || event.button !== 0) return;
  event.preventDefault(); // no text is selected on the way
  const item = handle.closest("li");
  let target = null;
  const follow = ({ clientX, clientY }) => {
    if (clientY < EDGE) scrollBy(0, -STEP);
    if (clientY > innerHeight - EDGE) scrollBy(0, STEP);
    target = placeAt(clientX, clientY, item);
    show(target);
  };
  const end = (isMoved) => {
    over.abort();
    item.classList.remove("dragged");
    show(null);
    if (isMoved && target && !(target.part === item.parentElement && target.place === [...item.parentElement.children].indexOf(item))) move(item, target);
  };
  const over = new AbortController();
  const { signal } = over;
  handle.setPointerCapture(event.pointerId);
  item.classList.add("dragged");
  handle.addEventListener("pointermove", follow, { signal });
  handle.addEventListener("pointerup", () => end(true), { signal });
  handle.addEventListener("pointercancel", () => end(false), { signal });
  addEventListener("keydown", ({ key }) => key === "Escape" && end(false), { signal });
}

if (list && told) {
  list.classList.add("can-drag");
  list.addEventListener("pointerdown", drag);
}
