package scenario

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// claimAgreement: lint and the API server, with KEDA's admission, take what is sound, and
// refuse each mistake in it. Lint refuses more.
func (s *Stage) claimAgreement(ctx context.Context) error {
	for _, each := range every {
		code, said, err := s.lint(ctx, each.text)
		if err != nil {
			return err
		}
		refused := s.create(ctx, each.kind, each.text)
		s.Claim(refused == nil && code == 0, "a sound "+each.kind, "accepted by both", verdicts(refused, code, said))
	}
	for _, each := range mistakes {
		for _, in := range each.in {
			text, err := each.put(in)
			if err != nil {
				return err
			}
			code, said, err := s.lint(ctx, text)
			if err != nil {
				return err
			}
			refused := s.create(ctx, in.kind, text)
			s.Claim(isRefusal(refused) && code == 1, "a "+in.kind+": "+each.what, "refused by both", verdicts(refused, code, said))
		}
	}
	return nil
}

func verdicts(refused error, code int, said string) string {
	return fmt.Sprintf("the API server: %s; lint: %d, %s", strings.ReplaceAll(orAccepted(refused), "\n", "; "),
		code, lineWith(said, "error"))
}

// lint is its exit code, and what it prints.
func (s *Stage) lint(ctx context.Context, text string) (int, string, error) {
	file := filepath.Join(s.Processes.Folder(), "lint.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return 0, "", err
	}
	said, err := exec.CommandContext(ctx, s.Scaler, "lint", file).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return 0, "", err
	}
	if err != nil {
		return exit.ExitCode(), string(said), nil
	}
	return 0, string(said), nil
}

// create gives the text as it stands to the API server, strictly and without effect: what
// a client makes of it first must not hide a mistake.
func (s *Stage) create(ctx context.Context, kind, text string) error {
	return s.Plane.Clientset.CoreV1().RESTClient().Post().
		AbsPath("/apis/keda.sh/v1alpha1/namespaces", s.name, strings.ToLower(kind)+"s").
		Param("dryRun", metav1.DryRunAll).Param("fieldValidation", metav1.FieldValidationStrict).
		SetHeader("Content-Type", "application/yaml").Body([]byte(text)).Do(ctx).Error()
}

// isRefusal: of the object, by the API server's decoding or validation or by KEDA's
// admission. That one of them is out of order is another error.
func isRefusal(err error) bool {
	return apierrors.IsBadRequest(err) || apierrors.IsInvalid(err) || apierrors.IsForbidden(err)
}
