package scenario

import (
	"fmt"
	"sync"
)

// each does something for all of them at once; the first error counts.
func each[V any](all map[*Scaled]V, do func(*Scaled, V) error) error {
	var group sync.WaitGroup
	errs := make(chan error, len(all))
	for scaled, value := range all {
		group.Go(func() {
			if err := do(scaled, value); err != nil {
				errs <- fmt.Errorf("%s: %w", scaled.Name, err)
			}
		})
	}
	group.Wait()
	close(errs)
	return <-errs
}
