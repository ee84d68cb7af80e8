// One list of the page: heading, filter, pages, table. It asks for the rows that it
// shows, and for the details of those that are open.

class Section {
  static kRows = 25;

  // `kind`: {id, title, path, list, filterLabel, empty, total(summary), read?(row, second),
  // readDetail?(api, row, second), states?} and what Table takes.
  constructor(kind, place, api, wake) {
    this.kind = kind;
    this.place = place;
    this.api = api;
    this.wake = wake;
    this.trail = [];  // where the pages before this one begin, as far as they are known
    this.answer = null;
    this.onScreen = true;
    this.askedAt = -Infinity;
    this.build();
    this.table =
        new Table(kind.id, {...kind, caption: kind.title, toggle: (key) => this.toggle(key)});
    this.scroller.append(this.table.node);
    this.fromPlace();
    new IntersectionObserver(([entry]) => {
      this.onScreen = entry.isIntersecting;
      if (this.onScreen) this.wake();
    }).observe(this.node);
  }

  build() {
    const {id, title, filterLabel, states} = this.kind;
    this.node = document.getElementById(id);
    this.count = element('span', {class: 'count'});
    this.filter = element('input', {
      type: 'search',
      id: `${id}-filter`,
      placeholder: 'filter',
      autocomplete: 'off',
      spellcheck: 'false',
      maxlength: 200,
    });
    this.filter.addEventListener('input', () => this.filterTyped());
    // 'for' in quotes: as a bare key clang-format takes it for the keyword.
    const tools = element(
        'div', {class: 'tools', role: 'search', 'aria-label': title},
        element('label', {class: 'unseen', 'for': `${id}-filter`}, filterLabel), this.filter);
    if (states !== undefined) {
      this.state = element(
          'select', {id: `${id}-state`},
          ...states.map(([value, text]) => element('option', {value}, text)));
      this.state.addEventListener('change', () => this.narrow('state', this.state.value));
      tools.append(element('label', {class: 'unseen', 'for': `${id}-state`}, 'State'), this.state);
    }
    this.trouble = element('p', {class: 'trouble', hidden: ''});
    this.empty = element('p', {class: 'empty'}, 'Not read yet.');
    this.scroller = scroller(`Table of ${title}`);
    this.scroller.hidden = true;
    this.pages = new Pages(title, () => this.back(), () => this.forward());
    this.node.querySelector('h2').append(this.count);
    this.node.querySelector('header').append(tools);
    this.node.append(this.trouble, this.scroller, this.empty, this.pages.node);
  }

  of(name) {
    return `${this.kind.id}.${name}`;
  }

  fromPlace() {
    this.after = this.place.text(this.of('after'));
    this.open = this.place.set(this.of('open'));
    this.filter.value = this.place.text(this.of('filter'));
    if (this.state !== undefined) this.state.value = this.place.text(this.of('state'));
    this.trail = [];
    this.askedAt = -Infinity;
  }

  filterTyped() {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.narrow('filter', this.filter.value.trim()), 200);
  }

  narrowState(state) {
    this.state.value = state;
    this.narrow('state', state);
  }

  narrow(name, value) {
    this.place.put(this.of(name), value);
    this.trail = [];
    this.turnTo('');
  }

  back() {
    this.turnTo(this.trail.pop() ?? '');
  }

  // A second click before the first one's answer has nowhere to go: `next` is still that of
  // the page before.
  forward() {
    if (this.answer?.asking !== this.asking()) return;
    this.trail.push(this.after);
    this.turnTo(this.answer.next);
  }

  turnTo(after) {
    this.after = after;
    this.place.put(this.of('after'), after);
    this.askedAt = -Infinity;
    this.wake();
  }

  toggle(key) {
    this.open.has(key) ? this.open.delete(key) : this.open.add(key);
    this.place.put(this.of('open'), this.open);
    if (this.answer !== null) this.show();
    this.askedAt = -Infinity;
    this.wake();
  }

  // Once a second what can be seen, every five what cannot.
  due(now) {
    return now - this.askedAt >= (this.onScreen ? 900 : 4900);
  }

  // What is asked for at present, the same text as long as that is the same.
  asking() {
    return JSON.stringify(this.query());
  }

  query() {
    return {
      after: this.after,
      filter: this.place.text(this.of('filter')),
      state: this.place.text(this.of('state')),
    };
  }

  async refresh(summary, now, second) {
    this.askedAt = now;
    const {path, list, total, read} = this.kind;
    const query = this.query();
    const asking = this.asking();
    try {
      const page = await this.api.get(path, {limit: Section.kRows, ...query});
      const rows = page[list] ?? [];
      if (read !== undefined) rows.forEach((row) => read(row, second));
      await this.readDetails(rows, second);
      if (asking !== this.asking()) return;  // of another page, or of what it was narrowed to
      const {after, filter, state} = query;
      this.answer = {
        asking,
        rows,
        next: page.next ?? '',
        matched: numberOf(page.total) ?? rows.length,
        total: total(summary),
        narrowed: filter !== '' || state !== '',
        first: after === '',
        before: after === '' || this.trail[0] === '' ? this.trail.length * Section.kRows : null,
      };
      this.failed(null);
      this.show();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (asking === this.asking()) this.failed(error);  // the other lists go on
    }
  }

  async readDetails(rows, second) {
    const {readDetail} = this.kind;
    if (readDetail === undefined) return;
    const open =
        keyed(rows, this.kind.key).filter(({key}) => this.open.has(key)).map(({row}) => row);
    await Promise.all(open.map((row) => readDetail(this.api, row, second)));
  }

  failed(error) {
    this.trouble.hidden = error === null;
    setText(
        this.trouble,
        error === null ?
            '' :
            `${this.kind.title} cannot be read: ${error.message}. What is shown is older.`);
  }

  show() {
    const {rows, matched, total, narrowed} = this.answer;
    this.table.show(rows, this.open);
    setText(
        this.count,
        narrowed && total !== null ?
            `${kFewDigits.format(matched)} of ${kFewDigits.format(total)}` :
            kFewDigits.format(matched));
    this.scroller.hidden = rows.length === 0;
    this.empty.hidden = rows.length > 0;
    setText(
        this.empty,
        narrowed        ? 'Nothing matches.' :
            matched > 0 ? 'Nothing comes after this.' :
                          this.kind.empty);
    this.pages.show(this.answer);
  }
}
