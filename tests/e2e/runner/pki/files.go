package pki

import (
	"errors"
	"os"
	"path/filepath"
)

// WriteFiles writes FOLDER/NAME.crt and FOLDER/NAME.key. The key comes first: a
// program that watches them does not take a pair that does not fit, but looks again
// when the certificate changes.
func WriteFiles(folder, name string, certificate, key []byte) error {
	base := filepath.Join(folder, name)
	return errors.Join(WriteFile(base+".key", key), WriteFile(base+".crt", certificate))
}

// WriteFile replaces a file whole, as the kubelet does with those of a Secret. Its
// owner alone may read it.
func WriteFile(path string, content []byte) error {
	fresh := path + ".new"
	if err := os.WriteFile(fresh, content, 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}
