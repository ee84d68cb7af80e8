// A table whose rows stay the same elements from one answer to the next, so that focus,
// selection and a screen reader's place survive; a row can be opened.
//
// Columns: {title, class, show(cell, row)}; the first one names the row. On a narrow
// screen rows are shown as cards by CSS, which would take the table's semantics away:
// so the roles are written out.

class TableRow {
  constructor(table, key, row) {
    const {columns, name, detail} = table.kind;
    this.table = table;
    this.cells = columns.map((column, i) => new Cell(element(i === 0 ? 'th' : 'td', {
                               class: column.class,
                               role: i === 0 ? 'rowheader' : 'cell',
                               scope: i === 0 ? 'row' : null,
                               'data-title': column.title,
                             })));
    this.main = element('tr', {role: 'row'}, ...this.cells.map((cell) => cell.node));
    this.detail = null;  // {tr, shown} while open
    if (detail === undefined) return;
    this.detailId = `${table.id}-detail-${++TableRow.made}`;
    this.label = element('span');
    this.button = element(
        'button', {type: 'button', class: 'opener', 'aria-expanded': 'false'},
        element('span', {class: 'chevron', 'aria-hidden': 'true'}), this.label);
    this.button.addEventListener('click', () => table.kind.toggle(key));
    this.cells[0].node.append(this.button);
    setText(this.label, name(row));
  }

  show(row, open) {
    const {columns, name, detail} = this.table.kind;
    if (this.button !== undefined) {
      setText(this.label, name(row));
      setAttribute(this.button, 'aria-expanded', String(open));
      setAttribute(this.button, 'aria-controls', open ? this.detailId : null);
    }
    columns.forEach((column, i) => {
      if (i > 0 || this.button === undefined) column.show(this.cells[i], row);
    });
    if (!open || detail === undefined) {
      this.detail = null;
      return;
    }
    if (this.detail === null) {
      const shown = detail(name(row));
      const cell = element('td', {role: 'cell', colspan: columns.length}, shown.node);
      this.detail = {
        tr: element('tr', {role: 'row', class: 'detail', id: this.detailId}, cell),
        shown
      };
    }
    this.detail.shown.show(row);
  }

  nodes() {
    return this.detail === null ? [this.main] : [this.main, this.detail.tr];
  }
}
TableRow.made = 0;

// Rows with their keys. Two of one key, as a ScaledObject has with two triggers, are
// "ns/name" and "ns/name#2".
function keyed(rows, keyOf) {
  const seen = new Map();
  return rows.map((row) => {
    const key = keyOf(row);
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return {key: count === 1 ? key : `${key}#${count}`, row};
  });
}

// What scrolls sideways where a table is too wide; also by the keyboard.
function scroller(label, ...children) {
  return element(
      'div', {class: 'scroller', role: 'region', 'aria-label': label, tabindex: 0}, ...children);
}

class Table {
  // `kind`: {caption, columns, key(row), name(row), detail(name)?, toggle(key)?}; a detail
  // is {node, show(row)}.
  constructor(id, kind) {
    this.id = id;
    this.kind = kind;
    this.rows = new Map();
    this.body = element('tbody', {role: 'rowgroup'});
    const heads = kind.columns.map(
        (column) => element(
            'th', {role: 'columnheader', scope: 'col', class: column.class, title: column.help},
            column.title, ...(column.help === undefined ? [] : [unseen(`(${column.help})`)])));
    this.node = element(
        'table', {role: 'table', id: `${id}-table`},
        element('caption', {class: 'unseen'}, kind.caption),
        element('thead', {role: 'rowgroup'}, element('tr', {role: 'row'}, ...heads)), this.body);
  }

  show(rows, open = new Set()) {
    const shown = new Map();
    for (const {key, row} of keyed(rows, this.kind.key)) {
      const tableRow = this.rows.get(key) ?? new TableRow(this, key, row);
      tableRow.show(row, open.has(key));
      shown.set(key, tableRow);
    }
    this.rows = shown;
    setChildren(this.body, [...shown.values()].flatMap((row) => row.nodes()));
  }
}
