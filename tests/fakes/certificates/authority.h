// A certificate authority of a test.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <chrono>
#include <string>

#include "rpc/pem.h"

namespace gpuscaler::fakes {

// PEM.
struct Identity {
  std::string certificate;
  std::string key;
};

struct Subject {
  std::string common_name = "test";
  std::string names = "DNS:localhost,IP:127.0.0.1";  // as OpenSSL writes them; empty: none
  // From now.
  std::chrono::seconds begins{-3600};
  std::chrono::seconds ends{3600};
};

class Authority {
 public:
  explicit Authority(const std::string& name,
                     std::chrono::seconds ends = std::chrono::seconds(3600));

  Identity Issue(const Subject& subject = {}) const;
  const std::string& pem() const { return pem_; }

 private:
  rpc::KeyPointer key_;
  rpc::CertificatePointer certificate_;
  std::string pem_;
};

// The key of `identity`, under a password.
std::string EncryptedKey(const Identity& identity);

}  // namespace gpuscaler::fakes
