package timeline

import (
	"encoding/json"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

const (
	panelWidth  = 14 * vg.Centimeter
	panelHeight = 4 * vg.Centimeter
)

var (
	grey   = color.RGBA{R: 0x88, G: 0x88, B: 0x88, A: 0xff}
	blue   = color.RGBA{R: 0x1f, G: 0x6f, B: 0xb4, A: 0xff}
	orange = color.RGBA{R: 0xd9, G: 0x6c, B: 0x0d, A: 0xff}
	green  = color.RGBA{R: 0x2e, G: 0x8b, B: 0x57, A: 0xff}
)

// PlotAll draws each SCENARIO.json of a folder into FOLDER/SCENARIO.svg of another.
func PlotAll(results, folder string) error {
	files, err := filepath.Glob(filepath.Join(results, "*.json"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("%s has no results to draw: play the scenarios first", results)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var record Record
		if err := json.Unmarshal(text, &record); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if len(record.Series) == 0 {
			continue // it scales nothing
		}
		if err := record.plot(filepath.Join(folder, record.Scenario+".svg")); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

// A row for each series: replicas at the left, what HPA compares at the right.
func (r *Record) plot(file string) error {
	slices.SortFunc(r.Series, func(a, b *Series) int { return strings.Compare(a.Name, b.Name) })
	rows := make([][]*plot.Plot, len(r.Series))
	for i, series := range r.Series {
		replicas, err := r.panel(series.Name+": replicas", []curve{
			{"load, in replicas at their target", grey, series.of(func(p Point) (float64, bool) { return p.Offered, true })},
			{"desired", blue, series.of(func(p Point) (float64, bool) { return float64(p.Desired), true })},
			{"ready", green, series.of(func(p Point) (float64, bool) { return float64(p.Ready), true })},
		})
		if err != nil {
			return err
		}
		value, err := r.panel("what HPA compares", []curve{
			{"value", orange, series.of(func(p Point) (float64, bool) {
				if p.Value == nil {
					return 0, false
				}
				return *p.Value, true
			})},
			{"target", grey, series.of(func(p Point) (float64, bool) { return p.Target, p.Target > 0 })},
		})
		if err != nil {
			return err
		}
		rows[i] = []*plot.Plot{replicas, value}
	}
	canvas := vgsvg.New(2*panelWidth, vg.Length(len(rows))*panelHeight)
	tiles := draw.Tiles{Rows: len(rows), Cols: 2, PadX: vg.Millimeter * 4, PadY: vg.Millimeter * 3}
	for i, canvases := range plot.Align(rows, tiles, draw.New(canvas)) {
		for j := range canvases {
			rows[i][j].Draw(canvases[j])
		}
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer out.Close()
	if _, err := canvas.WriteTo(out); err != nil {
		return err
	}
	return out.Close()
}

type curve struct {
	name   string
	colour color.Color
	points plotter.XYs
}

func (s *Series) of(number func(Point) (float64, bool)) plotter.XYs {
	var points plotter.XYs
	for i, each := range s.Points {
		y, there := number(each)
		if !there {
			continue
		}
		// Steps: what stays the same adds nothing.
		last := i == len(s.Points)-1
		if len(points) == 0 || points[len(points)-1].Y != y || last {
			points = append(points, plotter.XY{X: each.Seconds, Y: y})
		}
	}
	return points
}

func (r *Record) panel(title string, curves []curve) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = title
	p.Title.TextStyle.Font.Size = vg.Points(9)
	p.X.Label.Text = "seconds"
	p.X.Label.TextStyle.Font.Size = vg.Points(7)
	p.Legend.TextStyle.Font.Size = vg.Points(7)
	p.Legend.Top, p.Legend.Left = true, true
	highest := 1.0
	for _, each := range curves {
		for _, point := range each.points {
			highest = max(highest, point.Y)
		}
	}
	for _, event := range r.Events {
		mark, err := plotter.NewLine(plotter.XYs{{X: event.Seconds, Y: 0}, {X: event.Seconds, Y: highest}})
		if err != nil {
			return nil, err
		}
		mark.Color, mark.Dashes = grey, []vg.Length{vg.Points(1), vg.Points(2)}
		p.Add(mark)
	}
	for _, each := range curves {
		if len(each.points) == 0 {
			continue
		}
		line, err := plotter.NewLine(each.points)
		if err != nil {
			return nil, err
		}
		line.StepStyle, line.Color, line.Width = plotter.PostStep, each.colour, vg.Points(1.2)
		p.Add(line)
		p.Legend.Add(each.name, line)
	}
	// The legend is above the curves.
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, r.Seconds, 0, 1.6*highest
	return p, nil
}
