// A list of names and values; a value that is null is a dash with its reason.

class Facts {
  constructor(node = element('dl', {class: 'facts'})) {
    this.node = node;
    this.rows = new Map();
  }

  // Rows: [name, text or null, why it is null, further node]
  show(rows) {
    const shown = new Map();
    for (const [name, text, why, extra] of rows) {
      const row = this.rows.get(name) ?? this.make(name);
      text === null ? row.cell.absent(why) : row.cell.text(text);
      if (extra !== undefined && extra.parentNode !== row.node) row.node.append(extra);
      shown.set(name, row);
    }
    this.rows = shown;
    setChildren(this.node, [...shown.values()].map((row) => row.node));
  }

  make(name) {
    const value = element('dd');
    return {node: element('div', {}, element('dt', {}, name), value), cell: new Cell(value)};
  }
}
