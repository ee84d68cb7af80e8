// What went into a decision: its GPUs, replicas or addresses, those that do not count too.

const kPartColumns = {
  gpus: [
    {
      title: 'GPU',
      class: 'name',
      show: (cell, part) => cell.text(
          `GPU ${part.index} of ${part.node}`,
          [part.gpu_name, part.uuid].filter(Boolean).join(', '))
    },
    {
      title: 'Counts',
      class: 'state',
      show: (cell, part) =>
          part.counted ? cell.state('good', 'counts') : cell.state('idle', 'left out')
    },
    {
      title: 'Value',
      class: 'number',
      show: (cell, part) => cell.number(numberOf(part.value), part.unit, part.reason || 'not read')
    },
    {
      title: 'Held by',
      class: 'words',
      show: (cell, part) => part.pod ? cell.text(part.pod) : cell.absent('not told')
    },
    {
      title: 'Why not',
      class: 'words',
      show: (cell, part) => cell.text(part.counted ? '' : part.reason)
    },
  ],
  replicas: [
    {title: 'Replica', class: 'name', show: (cell, part) => cell.text(part.name)},
    {
      title: 'State',
      class: 'state',
      show: (cell, part) => cell.state(kReplicaMarks[part.state] ?? 'idle', part.state)
    },
    {
      title: 'Nodes',
      class: 'words',
      show: (cell, part) => cell.text((part.nodes ?? []).join(', '))
    },
  ],
  addresses: [
    {title: 'Address', class: 'name', show: (cell, part) => cell.text(part.address)},
    {
      title: 'Counts',
      class: 'state',
      show: (cell, part) => numberOf(part.value) === null ? cell.state('bad', 'missing') :
                                                            cell.state('good', 'counts')
    },
    {
      title: 'Value',
      class: 'number',
      show: (cell, part) => cell.number(numberOf(part.value), part.unit, part.reason || 'missing')
    },
    {title: 'Why not', class: 'words', show: (cell, part) => cell.text(part.reason ?? '')},
  ],
};
const kReplicaMarks = {
  fresh: 'good',
  warming: 'warn',
  missing: 'bad'
};
const kPartKeys = {
  gpus: (part) => part.uuid || `${part.node}/${part.index}`,
  replicas: (part) => part.name,
  addresses: (part) => part.address,
};

// A list of parts with its heading, hidden while it is empty.
class PartList {
  constructor(list, title, label) {
    this.list = list;
    this.heading = element('h4', {}, title);
    this.table = new Table(`part-${++PartList.made}`, {
      caption: `${title}, ${label}`,
      columns: kPartColumns[list],
      key: kPartKeys[list],
    });
    this.more = element('p', {class: 'lead'});
    this.node = element(
        'div', {class: 'parts', hidden: ''}, this.heading,
        scroller(`${title}, ${label}`, this.table.node), this.more);
  }

  show(parts, unit, notListed) {
    this.node.hidden = parts.length === 0;
    this.table.show(parts.map((part) => ({...part, unit})));
    setText(this.more, notListed > 0 ? `and ${kFewDigits.format(notListed)} more` : '');
  }
}
PartList.made = 0;
