package timeline

import (
	"encoding/json"
	"fmt"
	"image/color"
	"os"
	"path/filepath"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

const (
	panelWidth  = 14 * vg.Centimeter
	panelHeight = 4 * vg.Centimeter
)

// PlotAll draws each SCENARIO.json of a folder into FOLDER/SCENARIO.svg of another. What
// did not hold is not drawn: a picture is of what is right.
func PlotAll(results, folder string) error {
	files, err := filepath.Glob(filepath.Join(results, "*.json"))
	if err != nil {
		return err
	}
	var records []*Record
	for _, file := range files {
		if filepath.Base(file) == summaryFile {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		record := new(Record)
		if err := json.Unmarshal(text, record); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if !record.Holds() {
			return fmt.Errorf("%s: scenario %s did not hold: %d claims are wrong; %s",
				file, record.Scenario, len(record.Failed()), record.Error)
		}
		records = append(records, record)
	}
	if len(records) == 0 {
		return fmt.Errorf("%s has no results to draw: play the scenarios first", results)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, record := range records {
		if len(record.Series) == 0 {
			continue // it scales nothing
		}
		if err := record.plot(filepath.Join(folder, record.Scenario+".svg")); err != nil {
			return fmt.Errorf("%s: %w", record.Scenario, err)
		}
	}
	return nil
}

// A row for each series: replicas at the left, what HPA compares at the right. Below, what
// the scenario did.
func (r *Record) plot(file string) error {
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
	legend := r.legendHeight()
	panels := vg.Length(len(rows)) * panelHeight
	canvas := vgsvg.New(2*panelWidth, panels+legend)
	whole := draw.New(canvas)
	tiles := draw.Tiles{Rows: len(rows), Cols: 2, PadX: vg.Millimeter * 4, PadY: vg.Millimeter * 3, PadTop: vg.Millimeter * 2}
	for i, canvases := range plot.Align(rows, tiles, draw.Crop(whole, 0, 0, legend, 0)) {
		for j := range canvases {
			rows[i][j].Draw(canvases[j])
		}
	}
	r.drawLegend(draw.Crop(whole, 0, 0, 0, -panels))
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

func (r *Record) panel(title string, curves []curve) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = title
	p.Title.TextStyle.Font.Size = vg.Points(9)
	p.X.Label.Text = "seconds"
	p.X.Label.TextStyle.Font.Size = vg.Points(7)
	p.Legend.TextStyle.Font.Size = vg.Points(7)
	p.Legend.Top, p.Legend.Left = true, true
	highest := highestOf(curves)
	if err := r.mark(p, highest); err != nil {
		return nil, err
	}
	for _, each := range curves {
		if err := each.addTo(p); err != nil {
			return nil, err
		}
	}
	// The legend is above the curves.
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, r.Seconds, 0, 1.6*highest
	return p, nil
}

var (
	grey   = color.RGBA{R: 0x88, G: 0x88, B: 0x88, A: 0xff}
	blue   = color.RGBA{R: 0x1f, G: 0x6f, B: 0xb4, A: 0xff}
	orange = color.RGBA{R: 0xd9, G: 0x6c, B: 0x0d, A: 0xff}
	green  = color.RGBA{R: 0x2e, G: 0x8b, B: 0x57, A: 0xff}
)
