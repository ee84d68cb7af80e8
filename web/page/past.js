// The last two minutes of the series that are on the page: one value a second, null
// where there was none. What is no longer asked for is forgotten.

class Past {
  static kSeconds = 120;

  constructor() {
    this.values = [];  // the oldest first, the last one is of second `this.last`
    this.last = -Infinity;
  }

  // `second`: whole seconds of a clock that only goes forward.
  add(second, value) {
    if (second <= this.last) {
      this.values[this.values.length - 1] = value;
      return;
    }
    // Seconds in which nobody looked are a gap, but a missed beat or a few are none.
    const missed = this.values.length === 0 ? 0 : Math.min(second - this.last - 1, Past.kSeconds);
    const filler = missed <= 5 ? value : null;
    for (let i = 0; i < missed; ++i) this.values.push(filler);
    this.values.push(value);
    this.last = second;
    this.values.splice(0, this.values.length - Past.kSeconds);
  }

  // The past as the server tells it: a value for each `step` seconds, the oldest first,
  // the last one of `age` seconds before `second`. It ends where what is known begins.
  begin(second, values, step, age) {
    if (this.values.length > 1 || step <= 0) return;
    const told = [];
    for (let back = Past.kSeconds - 1; back > 0; --back) {
      const i = values.length - 1 - Math.floor(Math.max(0, back - age) / step);
      told.push(i < 0 ? null : numberOf(values[i]));
    }
    const first = told.findIndex((value) => value !== null);
    this.values = [...(first < 0 ? [] : told.slice(first)), ...this.values];
    if (this.last === -Infinity) this.last = second - 1;
  }

  points() {
    const newest = this.values.length - 1;
    return this.values.map((value, i) => ({age: newest - i, value}));
  }
}

class Pasts {
  static kMost = 2000;

  constructor() {
    this.byKey = new Map();  // the one that was asked for last is the last
  }

  of(key) {
    const past = this.byKey.get(key) ?? new Past();
    this.byKey.delete(key);
    this.byKey.set(key, past);
    if (this.byKey.size > Pasts.kMost) this.byKey.delete(this.byKey.keys().next().value);
    return past;
  }

  // That of `key`, with this second's value (null: absent).
  take(key, second, value) {
    const past = this.of(key);
    past.add(second, value);
    return past;
  }
}
