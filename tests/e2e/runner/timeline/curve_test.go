package timeline

import (
	"fmt"
	"testing"
)

// "-": no number.
func TestCurveIsStepsWithGaps(t *testing.T) {
	for _, row := range []struct{ values, pieces string }{
		{"", "[]"},
		{"-", "[]"},
		{"5", "[[{0 5}]]"},
		{"555", "[[{0 5} {2 5}]]"},
		{"5577", "[[{0 5} {2 5} {2 7} {3 7}]]"},
		{"57779", "[[{0 5} {1 5} {1 7} {4 7} {4 9}]]"},
		{"55-7", "[[{0 5} {2 5}] [{3 7}]]"},
		{"-57-", "[[{1 5} {2 5} {2 7} {3 7}]]"},
	} {
		series := Series{Name: "a"}
		for i, value := range row.values {
			point := Point{Seconds: float64(i)}
			if value != '-' {
				number := float64(value - '0')
				point.Value = &number
			}
			series.Points = append(series.Points, point)
		}
		got := series.of(func(p Point) (float64, bool) {
			if p.Value == nil {
				return 0, false
			}
			return *p.Value, true
		})
		if fmt.Sprint(got) != row.pieces {
			t.Errorf("%q: %v, not %s", row.values, got, row.pieces)
		}
	}
}
