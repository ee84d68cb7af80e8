// Turns the pages of a list. The server knows what comes after an entry, not which page
// that is: a link into the middle has no numbers until the first page was seen.
class Pages {
  constructor(title, back, forward) {
    this.before = this.button('Previous', back);
    this.after = this.button('Next', forward);
    this.range = element('span', {class: 'range'});
    this.node = element(
        'nav', {class: 'pages', 'aria-label': `Pages of ${title}`, hidden: ''}, this.before,
        this.range, this.after);
  }

  // Not `disabled`, which would take the focus away from who pages by keyboard.
  button(text, turn) {
    const button = element('button', {type: 'button'}, text);
    button.addEventListener('click', () => {
      if (button.getAttribute('aria-disabled') !== 'true') turn();
    });
    return button;
  }

  // `before`: how many rows come before these, null: not known.
  show({rows, next, matched, first, before}) {
    this.node.hidden = first && next === '';
    setAttribute(this.before, 'aria-disabled', String(first));
    setAttribute(this.after, 'aria-disabled', String(next === ''));
    setText(
        this.range,
        before === null ?
            `${rows.length} of ${kFewDigits.format(matched)}` :
            `${kFewDigits.format(before + 1)} to ${kFewDigits.format(before + rows.length)} of ${
                kFewDigits.format(matched)}`);
  }
}
