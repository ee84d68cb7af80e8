#include "fakes/certificates/authority.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <cstdlib>

namespace gpuscaler::fakes {
namespace {

std::string TakeText(BIO* bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<size_t>(size));
  BIO_free(bio);
  return text;
}

std::string CertificatePem(X509* certificate) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  return TakeText(bio);
}

std::string KeyPem(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  return TakeText(bio);
}

void AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension == nullptr) std::abort();
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

rpc::CertificatePointer Unsigned(const Subject& subject, EVP_PKEY* key) {
  rpc::CertificatePointer certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  uint32_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial));
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), subject.begins.count());
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), subject.ends.count());
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(subject.common_name.c_str()),
                             -1, -1, 0);
  return certificate;
}

void Sign(X509* certificate, X509* issuer, EVP_PKEY* key) {
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  if (X509_sign(certificate, key, EVP_sha256()) == 0) std::abort();
}

}  // namespace

Authority::Authority(const std::string& name, std::chrono::seconds ends)
    : key_(EVP_EC_gen("P-256")),
      certificate_(Unsigned({name, "", std::chrono::hours(-24), ends}, key_.get())) {
  AddExtension(certificate_.get(), certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(certificate_.get(), certificate_.get(), NID_subject_key_identifier, "hash");
  Sign(certificate_.get(), certificate_.get(), key_.get());
  pem_ = CertificatePem(certificate_.get());
}

Identity Authority::Issue(const Subject& subject) const {
  const rpc::KeyPointer key(EVP_EC_gen("P-256"));
  const rpc::CertificatePointer certificate = Unsigned(subject, key.get());
  if (!subject.names.empty()) {
    AddExtension(certificate.get(), certificate_.get(), NID_subject_alt_name, subject.names);
  }
  AddExtension(certificate.get(), certificate_.get(), NID_authority_key_identifier, "keyid");
  Sign(certificate.get(), certificate_.get(), key_.get());
  return {CertificatePem(certificate.get()), KeyPem(key.get())};
}

std::string EncryptedKey(const Identity& identity) {
  BIO* bio = BIO_new(BIO_s_mem());
  const auto key = rpc::ParseKey(identity.key, "");
  PEM_write_bio_PKCS8PrivateKey(bio, key->get(), EVP_aes_128_cbc(), "password", 8, nullptr,
                                nullptr);
  return TakeText(bio);
}

}  // namespace gpuscaler::fakes
