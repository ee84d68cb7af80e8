package world

// Readings is what a GPU shows, in whole percent and MB/s.
type Readings struct {
	Utilization, Memory, NVLink int
}

// A GPU whose pod loads its weights, or idles before its pod is ready.
var loading = Readings{Utilization: 0, Memory: 40}

// and is what a time-sliced GPU shows of two that hold it.
func (r Readings) and(other Readings) Readings {
	return Readings{
		Utilization: min(100, r.Utilization+other.Utilization),
		Memory:      min(100, r.Memory+other.Memory),
		NVLink:      r.NVLink + other.NVLink,
	}
}

// gpu is one of a node's.
type gpu struct{ node, index string }
