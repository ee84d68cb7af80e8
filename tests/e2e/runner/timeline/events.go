package timeline

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

const lineHeight = 4 * vg.Millimeter

// mark draws a numbered line at each event.
func (r *Record) mark(p *plot.Plot, highest float64) error {
	var numbers plotter.XYLabels
	for i, event := range r.Events {
		line, err := plotter.NewLine(plotter.XYs{{X: event.Seconds, Y: 0}, {X: event.Seconds, Y: highest}})
		if err != nil {
			return err
		}
		line.Color, line.Dashes = grey, []vg.Length{vg.Points(1), vg.Points(2)}
		p.Add(line)
		numbers.XYs = append(numbers.XYs, plotter.XY{X: event.Seconds, Y: highest})
		numbers.Labels = append(numbers.Labels, fmt.Sprint(i+1))
	}
	if len(numbers.XYs) == 0 {
		return nil
	}
	labels, err := plotter.NewLabels(numbers)
	if err != nil {
		return err
	}
	for i := range labels.TextStyle {
		labels.TextStyle[i].Font.Size, labels.TextStyle[i].Color = vg.Points(6), grey
	}
	p.Add(labels)
	return nil
}

func (r *Record) legendHeight() vg.Length {
	return lineHeight*vg.Length((len(r.Events)+1)/2) + lineHeight
}

// drawLegend says what the numbers are, in two columns.
func (r *Record) drawLegend(canvas draw.Canvas) {
	style := plot.New().Legend.TextStyle
	style.Font.Size = vg.Points(7)
	half := (len(r.Events) + 1) / 2
	for i, event := range r.Events {
		at := vg.Point{
			X: canvas.Min.X + vg.Length(i/half)*panelWidth + 2*vg.Millimeter,
			Y: canvas.Max.Y - vg.Length(i%half+1)*lineHeight,
		}
		canvas.FillText(style, at, fmt.Sprintf("%d  %.0f s: %s", i+1, event.Seconds, event.Text))
	}
}
