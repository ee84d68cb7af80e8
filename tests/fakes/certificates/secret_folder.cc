#include "fakes/certificates/secret_folder.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace gpuscaler::fakes {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNames[] = {"tls.crt", "tls.key", "ca.crt"};

}  // namespace

SecretFolder::SecretFolder(const Identity& identity, const std::string& authorities) {
  folder_ = (fs::temp_directory_path() / "secret-XXXXXX").string();
  if (mkdtemp(folder_.data()) == nullptr) std::abort();
  Replace(identity, authorities);
  for (const char* name : kNames) fs::create_symlink(fs::path("..data") / name, File(name));
}

SecretFolder::~SecretFolder() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void SecretFolder::Replace(const Identity& identity, const std::string& authorities) {
  const std::string before = "..version" + std::to_string(version_);
  const std::string next = "..version" + std::to_string(++version_);
  fs::create_directory(File(next));
  std::ofstream(File(next + "/tls.crt")) << identity.certificate;
  std::ofstream(File(next + "/tls.key")) << identity.key;
  std::ofstream(File(next + "/ca.crt")) << authorities;
  fs::create_symlink(next, File("..data_tmp"));
  fs::rename(File("..data_tmp"), File("..data"));
  fs::remove_all(File(before));
}

void SecretFolder::Overwrite(const std::string& name, const std::string& text) const {
  std::ofstream(File(name)) << text;
}

rpc::CertificateFiles SecretFolder::files() const {
  return {File("tls.crt"), File("tls.key"), File("ca.crt")};
}

}  // namespace gpuscaler::fakes
