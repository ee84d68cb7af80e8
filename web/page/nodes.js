// The list of nodes. A lost one stays, says since when, and shows no number.

const nodePasts = new Pasts();

const kNodeStates = {
  FRESH: ['good', 'fresh', null],
  STALE: ['warn', 'stale', 'it is heard, but none of its GPUs could be read lately'],
  LOST: ['bad', 'lost', null],
};

function whyLost(node) {
  const age = numberOf(node.heard_age_seconds);
  return age === null ? 'the node is not heard' :
                        `the node has not been heard for ${spanText(age)}, since ${
                            clockText(new Date(Date.now() - 1000 * age))}`;
}

function showNodeState(cell, node) {
  const [kind, word, help] = kNodeStates[node.state] ?? kNodeStates.FRESH;
  const age = numberOf(node.heard_age_seconds);
  if (node.state === 'LOST' && age !== null) {
    cell.state(
        kind, `${word} since ${clockText(new Date(Date.now() - 1000 * age))}`, whyLost(node));
  } else if (node.error) {
    cell.state(node.state === 'FRESH' ? 'warn' : kind, `${word}: ${node.error}`, node.error);
  } else {
    cell.state(kind, word, help);
  }
}

// Over the GPUs that have it; null: none has.
function meanReading(node, name) {
  if (node.state === 'LOST') return null;
  const values =
      (node.gpus ?? []).map((gpu) => reading(gpu, name)).filter((value) => value !== null);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function showNodeGpus(cell, node) {
  const gpus = node.gpus ?? [];
  const failed =
      gpus.filter((gpu) => gpu.error && Object.keys(gpu.readings ?? {}).length === 0).length;
  if (node.state === 'LOST' || failed === 0) {
    cell.text(String(gpus.length));
  } else {
    cell.state(
        'bad', `${gpus.length - failed} of ${gpus.length} read`,
        gpus.find((gpu) => gpu.error).error);
  }
}

function showPods(cell, node) {
  if (!node.holders) {
    cell.absent('this node does not ask its kubelet');
  } else if (numberOf(node.holders.age_seconds) === null) {
    cell.absent(node.holders.error || 'the kubelet has not answered yet');
  } else {
    cell.number(numberOf(node.holders.pods), '', 'not told');
  }
}

function showReadingAge(cell, node) {
  const age = numberOf(node.reading_age_seconds);
  age === null ? cell.absent('none of its GPUs can be read') :
                 cell.text(spanText(age), 'age of its newest readings of utilization and memory');
}

function whyNoMean(node) {
  if (node.state === 'LOST') return whyLost(node);
  return node.error || 'none of its GPUs has a fresh reading';
}

const kNodes = {
  id: 'nodes',
  title: 'Nodes',
  path: '/api/v1/snapshot',
  filterLabel: 'Filter nodes by name',
  states: [['', 'all states'], ['fresh', 'fresh'], ['stale', 'stale'], ['lost', 'lost']],
  empty: 'No node is known yet.',
  list: 'nodes',
  total: (summary) =>
      Object.values(summary.nodes ?? {}).reduce((sum, count) => sum + (numberOf(count) ?? 0), 0),
  key: (node) => node.node,
  name: (node) => node.node,
  read(node, second) {
    node.points = nodePasts.take(node.node, second, meanReading(node, 'gpu_utilization')).points();
  },
  columns: [
    {title: 'Node', class: 'name', show() {}},
    {title: 'State', class: 'state', show: showNodeState},
    {title: 'GPUs', class: 'short', show: showNodeGpus},
    {
      title: 'Utilization',
      class: 'trend',
      help: 'Mean over its GPUs, the last two minutes',
      show: (cell, node) => cell.trend(
          meanReading(node, 'gpu_utilization'), '%', whyNoMean(node), node.points, {most: 100})
    },
    {
      title: 'Memory',
      class: 'number',
      help: 'Mean of the memory in use over its GPUs',
      show: (cell, node) =>
          cell.number(meanReading(node, 'memory_used_percent'), '%', whyNoMean(node))
    },
    {title: 'Pods', class: 'number', help: 'Pods that hold its GPUs', show: showPods},
    {title: 'Age of data', class: 'number', show: showReadingAge},
  ],
  detail: (name) => new NodeDetail(name),
  readDetail: async (api, row, second) => {
    const answer = await api.get(kNodes.path, {node: row.node, history: 1});
    row.full = (answer.nodes ?? []).find((node) => node.node === row.node) ?? null;
    for (const gpu of row.full?.gpus ?? []) takeGpu(row.full, gpu, second);
  },
};
