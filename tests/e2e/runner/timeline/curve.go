package timeline

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// curve is steps, with gaps where there is no number.
type curve struct {
	name   string
	colour color.Color
	pieces []plotter.XYs
}

func (s *Series) of(number func(Point) (float64, bool)) []plotter.XYs {
	var pieces []plotter.XYs
	open := false
	for _, each := range s.Points {
		y, there := number(each)
		if open {
			// What was there lasted until now.
			pieces[len(pieces)-1] = lengthen(pieces[len(pieces)-1], each.Seconds)
		}
		point := plotter.XY{X: each.Seconds, Y: y}
		switch {
		case there && !open:
			pieces = append(pieces, plotter.XYs{point})
		case there && lastY(pieces) != y:
			pieces[len(pieces)-1] = append(pieces[len(pieces)-1], point)
		}
		open = there
	}
	return pieces
}

// lengthen draws the piece's last level on, to x.
func lengthen(piece plotter.XYs, x float64) plotter.XYs {
	n := len(piece)
	if n > 1 && piece[n-1].Y == piece[n-2].Y {
		piece[n-1].X = x
		return piece
	}
	return append(piece, plotter.XY{X: x, Y: piece[n-1].Y})
}

func lastY(pieces []plotter.XYs) float64 {
	piece := pieces[len(pieces)-1]
	return piece[len(piece)-1].Y
}

func highestOf(curves []curve) float64 {
	highest := 1.0
	for _, each := range curves {
		for _, piece := range each.pieces {
			for _, point := range piece {
				highest = max(highest, point.Y)
			}
		}
	}
	return highest
}

func (c curve) addTo(p *plot.Plot) error {
	for i, piece := range c.pieces {
		line, err := plotter.NewLine(piece)
		if err != nil {
			return err
		}
		line.Color, line.Width = c.colour, vg.Points(1.2)
		p.Add(line)
		if i == 0 {
			p.Legend.Add(c.name, line)
		}
	}
	return nil
}
