#include "manifests/trigger_authentication.h"

#include "base/strings.h"
#include "manifests/map_reader.h"
#include "manifests/object_head.h"

namespace gpuscaler::manifests {
namespace {

constexpr std::string_view kSources[] = {"awsSecretManager",
                                         "azureKeyVault",
                                         "azureServicePrincipal",
                                         "boundServiceAccountToken",
                                         "configMapTargetRef",
                                         "env",
                                         "filePath",
                                         "gcpSecretManager",
                                         "hashiCorpVault",
                                         "oauth2",
                                         "podIdentity",
                                         "secretTargetRef"};
constexpr std::string_view kReferenceFields[] = {"parameter", "name", "key"};

// Secrets and ConfigMaps, of which each field is needed.
void CheckReferences(const MapReader& spec, std::string_view source, Places& places,
                     Problems& problems) {
  for (const YamlNode* item : spec.List(source)) {
    const MapReader reference(item, spec.PathOf(source), places, problems);
    if (item->kind != YamlKind::kMap) continue;
    reference.CheckFields(source, kReferenceFields);
    for (const std::string_view field : kReferenceFields) {
      reference.Text(field);
      if (reference.Find(field) != nullptr) continue;
      reference.Fail(item->line, base::StrCat("an item of ", source, " lacks ", field,
                                              "; it needs parameter, name and key"));
    }
  }
}

// Each source is a list of maps with `parameter`, or a map that holds such a list.
void ReadParameters(const YamlNode& source, TriggerAuthentication& authentication,
                    Problems& problems, int depth = 0) {
  constexpr int kDeepest = 3;
  if (depth > kDeepest || !problems.Spend(source.items.size() + source.entries.size())) return;
  for (const YamlPointer& item : source.items) {
    ReadParameters(*item, authentication, problems, depth + 1);
  }
  for (const YamlEntry& entry : source.entries) {
    if (entry.key == "parameter" && entry.value->kind == YamlKind::kScalar) {
      authentication.parameters.push_back({entry.value->text, entry.line});
    } else {
      ReadParameters(*entry.value, authentication, problems, depth + 1);
    }
  }
}

}  // namespace

TriggerAuthentication ReadTriggerAuthentication(const YamlNode& root, Problems& problems) {
  TriggerAuthentication authentication;
  authentication.places = Places(root.line);
  Places& places = authentication.places;
  const MapReader map(&root, "", places, problems);
  authentication.kind = map.Text("kind").value_or("");
  ObjectHead head = ReadObjectHead(map, base::StrCat("a ", authentication.kind), places);
  authentication.name = std::move(head.name);
  authentication.object_namespace = std::move(head.object_namespace);
  if (map.Find("spec") == nullptr) {
    map.Fail(root.line, base::StrCat("a ", authentication.kind,
                                     " without spec; give the sources of its parameters"));
  }
  const MapReader spec = map.Map("spec");
  spec.CheckFields(base::StrCat("the spec of a ", authentication.kind), kSources);
  for (const std::string_view source : {"secretTargetRef", "configMapTargetRef"}) {
    CheckReferences(spec, source, places, problems);
  }
  for (const YamlEntry& source : spec.entries()) {
    ReadParameters(*source.value, authentication, problems);
  }
  return authentication;
}

}  // namespace gpuscaler::manifests
