// A cell of a table, in one of a few forms; it touches the DOM only where something
// changed.

// Beside a word always, so that nothing is said by colour or mark alone.
const kMarks = {
  good: '●',
  busy: '▲',
  warn: '◆',
  bad: '✕',
  idle: '○'
};

class Cell {
  constructor(node) {
    this.node = node;
    this.form = '';
    this.parts = {};
  }

  // Each form is built once, then filled.
  be(form, build) {
    if (this.form === form) return this.parts;
    this.form = form;
    this.parts = build();
    this.node.replaceChildren(...Object.values(this.parts).map((part) => part.node ?? part));
    return this.parts;
  }

  text(text, title = null) {
    const {label} = this.be('text', () => ({label: element('span')}));
    setText(label, text);
    setAttribute(this.node, 'title', title);
  }

  // Absent is not zero: a dash, and why.
  absent(why) {
    const {words} =
        this.be('absent', () => ({
                            dash: element('span', {class: 'absent', 'aria-hidden': 'true'}, '–'),
                            words: unseen(''),
                          }));
    setText(words, `absent: ${why}`);
    setAttribute(this.node, 'title', why);
  }

  // A number, or a dash where it is null.
  number(value, unit, why) {
    if (value === null) {
      this.absent(why);
    } else {
      this.text(quantityText(value, unit));
    }
  }

  // `kind`: a row of kMarks. `title`: why, where the text does not say it already.
  state(kind, text, title = null) {
    const {pair} =
        this.be('state', () => ({
                           pair: element(
                               'span', {class: 'pair'}, element('span', {'aria-hidden': 'true'}),
                               element('span', {class: 'clamp'}), unseen('')),
                         }));
    const [mark, label, words] = pair.children;
    setAttribute(mark, 'class', `mark ${kind}`);
    setText(mark, kMarks[kind]);
    setText(label, text);
    setText(words, title === null || text.includes(title) ? '' : `(${title})`);
    setAttribute(this.node, 'title', title);
  }

  // A number and its past; `points` and `options` as Sparkline.show takes them.
  trend(value, unit, why, points, options = {}) {
    const {label, dash, words, spark} =
        this.be('trend', () => ({
                           spark: new Sparkline(),
                           dash: element('span', {class: 'absent', 'aria-hidden': 'true'}),
                           words: unseen(''),
                           label: element('span', {class: 'figure'}),
                         }));
    const absent = value === null;
    setText(label, absent ? '' : quantityText(value, unit));
    setText(dash, absent ? '–' : '');
    setText(words, absent ? `absent: ${why}` : '');
    setAttribute(this.node, 'title', absent ? why : null);
    spark.show(points, {...options, text: (each) => quantityText(each, unit)});
  }
}
