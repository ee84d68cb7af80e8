// The list of decisions: each trigger that KEDA asked for lately, and what it was told.

const kDecisionStates = {
  held: ['warn', 'held', 'no replica is fresh: the value is what makes HPA keep what runs'],
  active: ['busy', 'active', null],
  inactive: ['idle', 'inactive', 'HPA sleeps, and KEDA lets the workload go to its minimum'],
};

function decisionName({answered}) {
  return `${answered.namespace}/${answered.name}`;
}

// What tells the triggers of one ScaledObject apart.
const kTriggerFields =
    ['metric_name', 'metric', 'aggregation', 'workload', 'endpoint', 'hpa_metric_type', 'target'];

function sameTrigger(a, b) {
  return kTriggerFields.every((field) => a.answered[field] === b.answered[field]);
}

function errorText(error) {
  return `${error.code}: ${error.message}`;
}

// Why a decision has no value.
function whyNoValue({error}) {
  return error ? errorText(error) : 'not asked for yet';
}

function showAnswer(cell, {answered}) {
  const error = answered.error ?? answered.active_error;
  if (error) {
    const state = answered.active === true ? 'active; ' : '';
    cell.state('bad', state + errorText(error), error.message);
  } else if (answered.held) {
    cell.state(...kDecisionStates.held);
  } else if (typeof answered.active === 'boolean') {
    cell.state(...kDecisionStates[answered.active ? 'active' : 'inactive']);
  } else {
    cell.absent('KEDA has not asked yet whether it is active');
  }
}

const kReplicaStates = ['fresh', 'warming', 'missing'];

// "3 fresh, 1 warming"
function replicasText(replicas) {
  const parts = kReplicaStates.map((state) => [numberOf(replicas[state]) ?? 0, state]);
  const there = parts.filter(([count]) => count > 0);
  return there.length === 0 ? 'none' :
                              there.map(([count, state]) => `${count} ${state}`).join(', ');
}

// KEDA hands HPA value and target; what HPA wants may depend on what runs.
function showWanted(cell, {answered}) {
  const hpa = answered.explanation?.hpa;
  const wanted = numberOf(hpa?.desired_replicas);
  if (wanted !== null) {
    cell.text(numberText(wanted), hpa.text);
  } else if (answered.error) {
    cell.absent('there is no value; HPA keeps what runs, or KEDA falls back');
  } else {
    cell.absent(hpa?.text || 'it depends on how many run, which is not known here');
  }
}

// The values that KEDA was given, with their ages; an error is a gap.
function answeredPoints(row) {
  return (row.history ?? [])
      .map((point) => ({age: numberOf(point.age_seconds) ?? 0, value: numberOf(point.value)}));
}

function showValue(cell, row) {
  const {answered} = row;
  const points = answeredPoints(row);
  cell.trend(numberOf(answered.value), answered.unit, whyNoValue(answered), points, {
    span: Math.max(Past.kSeconds, points[0]?.age ?? 0),
    target: numberOf(answered.target),
  });
}

function showAsked(cell, {questions}) {
  const age = numberOf(questions?.last_age_seconds);
  if (age === null) {
    cell.absent('not asked yet');
    return;
  }
  const errors = numberOf(questions.errors) ?? 0;
  cell.text(
      `${spanText(age)} ago`,
      `${questions.last_method}; ${countText(numberOf(questions.answers) ?? 0, 'answer')}, ${
          countText(errors, 'error')} among them`);
}

const kDecisions = {
  id: 'decisions',
  title: 'Decisions',
  path: '/api/v1/decisions',
  filterLabel: 'Filter decisions by namespace or name',
  empty:
      'This gateway (or node) has not been asked yet; each knows its own answers alone. A ScaledObject appears here when its trigger is first asked for.',
  list: 'decisions',
  total: (summary) => numberOf(summary.decisions?.total),
  key: decisionName,
  name: decisionName,
  columns: [
    {title: 'ScaledObject', class: 'name', show() {}},
    {
      title: 'Metric',
      class: 'words',
      show: (cell, {answered}) => answered.metric ?
          cell.text(
              `${answered.aggregation} ${answered.metric}`.trim(),
              `reported as ${answered.metric_name}`) :
          cell.absent('the trigger cannot be read')
    },
    {
      title: 'Value',
      class: 'trend',
      help: 'As KEDA was last told; the dashed line is the target',
      show: showValue
    },
    {
      title: 'Target',
      class: 'number',
      show: (cell, {answered}) =>
          cell.number(numberOf(answered.target), answered.unit, 'the trigger cannot be read')
    },
    {title: 'Answer', class: 'state', show: showAnswer},
    {title: 'HPA wants', class: 'number', help: 'Replicas, by this metric alone', show: showWanted},
    {title: 'Asked', class: 'number', show: showAsked},
  ],
  detail: (name) => new DecisionDetail(name),
  readDetail: async (api, row) => {
    const {namespace, name} = row.answered;
    const answer = await api.get(kDecisions.path, {namespace, name});
    const known = (answer.decisions ?? []).find((each) => sameTrigger(each, row));
    row.now = known?.now ?? null;
  },
};
