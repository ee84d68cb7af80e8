#include "fakes/certificates/secret_folder.h"

#include <filesystem>

namespace gpuscaler::fakes {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNames[] = {"tls.crt", "tls.key", "ca.crt"};

}  // namespace

SecretFolder::SecretFolder(const Identity& identity, const std::string& authorities) {
  Replace(identity, authorities);
  for (const char* name : kNames) fs::create_symlink(fs::path("..data") / name, File(name));
}

void SecretFolder::Replace(const Identity& identity, const std::string& authorities) {
  const std::string before = "..version" + std::to_string(version_);
  const std::string next = "..version" + std::to_string(++version_);
  fs::create_directory(File(next));
  folder_.Write(next + "/tls.crt", identity.certificate);
  folder_.Write(next + "/tls.key", identity.key);
  folder_.Write(next + "/ca.crt", authorities);
  fs::create_symlink(next, File("..data_tmp"));
  fs::rename(File("..data_tmp"), File("..data"));
  fs::remove_all(File(before));
}

void SecretFolder::Overwrite(const std::string& name, const std::string& text) const {
  folder_.Write(name, text);
}

rpc::CertificateFiles SecretFolder::files() const {
  return {File("tls.crt"), File("tls.key"), File("ca.crt")};
}

}  // namespace gpuscaler::fakes
