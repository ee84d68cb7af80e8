// Package definitions pins the modules whose files hold the definitions. That it
// imports a package of each is what keeps them in go.mod.
package definitions

import (
	_ "github.com/cert-manager/cert-manager/pkg/apis/certmanager"
	_ "github.com/prometheus-operator/prometheus-operator/pkg/versionutil"
)
