// A folder with tls.crt, tls.key and ca.crt, as Kubernetes mounts a Secret: the
// files are links into a folder that one link names, and that link is replaced.
#pragma once

#include <string>

#include "fakes/certificates/authority.h"
#include "fakes/temporary_folder.h"
#include "rpc/certificates.h"

namespace gpuscaler::fakes {

class SecretFolder {
 public:
  SecretFolder(const Identity& identity, const std::string& authorities);

  // All at once, as the kubelet does.
  void Replace(const Identity& identity, const std::string& authorities);
  // In place, as `cp` does: "tls.crt", "tls.key", "ca.crt".
  void Overwrite(const std::string& name, const std::string& text) const;

  std::string File(const std::string& name) const { return folder_.PathOf(name); }
  // All three.
  rpc::CertificateFiles files() const;

 private:
  const TemporaryFolder folder_;
  int version_ = 0;
};

}  // namespace gpuscaler::fakes
