// A node's GPUs, opened under its row.

const gpuPasts = new Pasts();

// Why a GPU has no value of a metric.
function whyNoReading(node, gpu) {
  if (node.state === 'LOST') return whyLost(node);
  if (gpu.error) return gpu.error;
  if (node.error) return node.error;
  if (node.state === 'STALE') return 'its node’s readings are too old to count';
  return 'this GPU does not have it, or it is too old to count';
}

function reading(gpu, name) {
  return numberOf(gpu.readings?.[name]);
}

function gpuTrend(title, metric, help) {
  return {
    title,
    class: 'trend',
    help,
    show: (cell, gpu) =>
        cell.trend(reading(gpu, metric), '%', gpu.why, gpu.points[metric], {most: 100})
  };
}

function gpuNumber(title, metric, unit) {
  return {
    title,
    class: 'number',
    show: (cell, gpu) => cell.number(reading(gpu, metric), unit, gpu.why)
  };
}

function showMemory(cell, gpu) {
  const used = reading(gpu, 'memory_used_mib');
  const total = reading(gpu, 'memory_total_mib');
  if (used === null) {
    cell.absent(gpu.why);
  } else {
    cell.text(
        total === null ? quantityText(used / 1024, 'GiB') :
                         `${numberText(used / 1024)} of ${quantityText(total / 1024, 'GiB')}`);
  }
}

function showHolders(cell, gpu) {
  const pods = (gpu.pods ?? []).map((holder) => `${holder.namespace}/${holder.pod}`);
  if (pods.length > 0) {
    cell.text(pods.join(', '));
  } else {
    cell.absent(gpu.holdersTold ? 'no pod holds it' : 'nobody tells who holds it');
  }
}

function showGpuState(cell, gpu) {
  if (gpu.nodeLost) {
    cell.state('bad', 'node lost', gpu.why);
  } else if (gpu.error && Object.keys(gpu.readings ?? {}).length === 0) {
    cell.state('bad', gpu.error, gpu.error);
  } else if (gpu.error) {
    cell.state('warn', gpu.error, gpu.error);
  } else {
    cell.state('good', 'read');
  }
}

const kGpuColumns = [
  {
    title: 'GPU',
    class: 'name',
    show: (cell, gpu) =>
        cell.text(`${numberOf(gpu.index) ?? 0} ${gpu.name}`, `${gpu.uuid} at ${gpu.pci_bus_id}`)
  },
  gpuTrend('Utilization', 'gpu_utilization', 'The last two minutes'),
  gpuTrend('Memory in use', 'memory_used_percent', 'The last two minutes'),
  {title: 'Memory', class: 'number', show: showMemory},
  gpuNumber('Temperature', 'temperature', '°C'),
  gpuNumber('Power', 'power_draw', 'W'),
  {title: 'Held by', class: 'words', show: showHolders},
  {title: 'State', class: 'state', show: showGpuState},
];
const kGpuPasts = {
  gpu_utilization: 'utilization_percent',
  memory_used_percent: 'memory_percent'
};

class NodeDetail {
  constructor(name) {
    this.lead = element('p', {class: 'trouble', hidden: ''});
    this.table = new Table(`gpus-${++NodeDetail.made}`, {
      caption: `GPUs of ${name}`,
      columns: kGpuColumns,
      key: (gpu) => gpu.uuid || String(gpu.index),
    });
    this.none = element('p', {class: 'empty', hidden: ''}, 'This node has no GPU.');
    this.node = element(
        'section', {class: 'gpus', 'aria-label': `GPUs of ${name}`}, this.lead,
        scroller(`Table of the GPUs of ${name}`, this.table.node), this.none);
  }

  show(node) {
    const {full} = node;
    const trouble = node.state === 'LOST' ?
        whyLost(node) :
        [node.error, node.holders?.error].filter(Boolean).join('; ');
    this.lead.hidden = trouble === '';
    setText(this.lead, trouble);
    const gpus = (full ?? node).gpus ?? [];
    this.none.hidden = gpus.length > 0;
    this.table.show(gpus.map((gpu) => this.rowOf(node, gpu)));
  }

  rowOf(node, gpu) {
    const points = {};
    for (const metric of Object.keys(kGpuPasts))
      points[metric] = gpuPasts.of(gpuKey(node, gpu, metric)).points();
    return {
      ...gpu,
      points,
      nodeLost: node.state === 'LOST',
      why: whyNoReading(node, gpu),
      holdersTold: node.holders !== undefined && node.holders !== null,
    };
  }
}
NodeDetail.made = 0;

function gpuKey(node, gpu, metric) {
  return `${node.node}/${gpu.uuid || gpu.index}/${metric}`;
}

// Takes this second's values, after the past that the server tells.
function takeGpu(node, gpu, second) {
  for (const [metric, list] of Object.entries(kGpuPasts)) {
    const past = gpuPasts.of(gpuKey(node, gpu, metric));
    const told = gpu.history?.[list];
    if (Array.isArray(told))
      past.begin(
          second, told, numberOf(gpu.history.step_seconds) ?? 0,
          numberOf(gpu.history.newest_age_seconds) ?? 0);
    past.add(second, reading(gpu, metric));
  }
}
