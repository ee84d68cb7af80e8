// Wires the page: one heartbeat asks for the summary and for what is due of the lists.

const api = new Api();
const announcer = new Announcer(document.getElementById('announcer'));
const overview = new Overview(announcer, () => nodes.narrowState('lost'));
const place = new Place(() => {
  sections.forEach((section) => section.fromPlace());
  beat.now();
});
const sections =
    [kDecisions, kWorkloads, kNodes].map((kind) => new Section(kind, place, api, () => beat.now()));
const nodes = sections.at(-1);
const beat = new Beat(look, (error, pause) => connection.settled(error, pause));
const connection = new Connection(announcer, () => beat.now());

async function look() {
  const now = performance.now();
  const second = Math.floor(now / 1000);
  const summary = await api.get('/api/v1/summary');
  overview.show(summary, second);
  const due = sections.filter((section) => section.due(now));
  await Promise.all(due.map((section) => section.refresh(summary, now, second)));
}

// Links within the page move there and leave the fragment, which holds the view, alone.
document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const section = document.querySelector(link.getAttribute('href'));
  section.scrollIntoView();
  section.querySelector('h2').focus({preventScroll: true});
});

setInterval(() => {
  if (document.visibilityState !== 'visible') return;
  connection.tick();
  overview.tick();
}, 500);
beat.now();
