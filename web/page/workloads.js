// The list of workloads, as the names of the pods that hold GPUs tell them.

const workloadPasts = new Pasts();

function workloadKey(row) {
  return `${row.namespace}/${row.trigger}`;
}

const kNoFreshReading = 'none of its GPUs has a fresh reading';

function showYoungest(cell, row) {
  const age = numberOf(row.youngest_pod_seconds);
  age === null ? cell.absent('its pods were there when their nodes first looked') :
                 cell.text(spanText(age));
}

const kWorkloads = {
  id: 'workloads',
  title: 'Workloads',
  path: '/api/v1/workloads',
  filterLabel: 'Filter workloads by namespace or name',
  empty: 'No pod is known to hold a GPU. Nodes read that from the kubelet’s PodResources socket.',
  list: 'workloads',
  total: (summary) => numberOf(summary.workloads),
  key: workloadKey,
  name: workloadKey,
  read(row, second) {
    row.points =
        workloadPasts.take(workloadKey(row), second, numberOf(row.mean_utilization_percent))
            .points();
  },
  columns: [
    {
      title: 'Workload',
      class: 'name',
      help: 'As a trigger’s key `workload` names it',
      show: (cell, row) => cell.text(workloadKey(row))
    },
    {
      title: 'Utilization',
      class: 'trend',
      help: 'Mean over its fresh GPUs, the last two minutes',
      show: (cell, row) => cell.trend(
          numberOf(row.mean_utilization_percent), '%', kNoFreshReading, row.points, {most: 100})
    },
    {
      title: 'Memory',
      class: 'number',
      help: 'Mean of the memory in use over its fresh GPUs',
      show: (cell, row) => cell.number(numberOf(row.mean_memory_percent), '%', kNoFreshReading)
    },
    {title: 'GPUs', class: 'short', show: showWorkloadGpus},
    {
      title: 'Replicas',
      class: 'number',
      show: (cell, row) => cell.number(numberOf(row.replicas), '', 'not told')
    },
    {
      title: 'Pods',
      class: 'number',
      show: (cell, row) => cell.number(numberOf(row.pods), '', 'not told')
    },
    {
      title: 'Nodes',
      class: 'number',
      show: (cell, row) => cell.number(numberOf(row.nodes), '', 'not told')
    },
    {title: 'Youngest pod', class: 'number', show: showYoungest},
  ],
};

function showWorkloadGpus(cell, row) {
  const gpus = numberOf(row.gpus) ?? 0;
  const fresh = numberOf(row.gpus_fresh) ?? 0;
  fresh === gpus ? cell.state('good', `${gpus}`, 'all of them have a fresh reading') :
                   cell.state('warn', `${fresh} of ${gpus} fresh`);
}
