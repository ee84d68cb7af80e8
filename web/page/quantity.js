// Numbers as an operator reads them. Absent is not zero: what is no number has no text
// here, and is shown as a dash that says why.

// A number of the API's JSON, in which 64-bit integers are strings; null: absent.
function numberOf(value) {
  if (typeof value === 'string' && value.trim() !== '') value = Number(value);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

const kFewDigits = new Intl.NumberFormat('en', {maximumFractionDigits: 1});
const kMoreDigits = new Intl.NumberFormat('en', {maximumSignificantDigits: 2});

function numberText(value) {
  // A small number that is not zero must not look like it.
  return value !== 0 && Math.abs(value) < 0.1 ? kMoreDigits.format(value) :
                                                kFewDigits.format(value);
}

// With a unit that is written close to the number or after a space.
function quantityText(value, unit = '') {
  return unit === '' ? numberText(value) : `${numberText(value)}\u00a0${unit}`;
}

const kSpans = [
  {least: 2 * 86400, seconds: 86400, unit: 'd'},
  {least: 2 * 3600, seconds: 3600, unit: 'h'},
  {least: 120, seconds: 60, unit: 'min'},
  {least: 10, seconds: 1, unit: 's'},
];

// "0.4 s", "34 s", "12 min", "3 h", "5 d"
function spanText(seconds) {
  for (const row of kSpans) {
    if (seconds >= row.least) return `${Math.floor(seconds / row.seconds)}\u00a0${row.unit}`;
  }
  return `${Math.max(0, seconds).toFixed(1)}\u00a0s`;
}

const kClock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

// The viewer's clock: "14:03:22".
function clockText(date) {
  return kClock.format(date);
}

// "1 node", "5,000 nodes"
function countText(count, noun) {
  return `${kFewDigits.format(count)}\u00a0${noun}${count === 1 ? '' : 's'}`;
}
