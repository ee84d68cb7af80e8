#include "manifests/object_head.h"

#include "base/json_quote.h"
#include "base/strings.h"

namespace gpuscaler::manifests {
namespace {

constexpr std::string_view kVersion = "keda.sh/v1alpha1";
constexpr std::string_view kFields[] = {"apiVersion", "kind", "metadata", "spec", "status"};
// Kubernetes' ObjectMeta.
constexpr std::string_view kMetadataFields[] = {"name",
                                                "namespace",
                                                "labels",
                                                "annotations",
                                                "generateName",
                                                "selfLink",
                                                "uid",
                                                "resourceVersion",
                                                "generation",
                                                "creationTimestamp",
                                                "deletionTimestamp",
                                                "deletionGracePeriodSeconds",
                                                "ownerReferences",
                                                "finalizers",
                                                "managedFields"};

}  // namespace

ObjectHead ReadObjectHead(const MapReader& object, std::string_view what, const Places& places) {
  object.CheckFields(what, kFields);
  if (const auto version = object.Text("apiVersion"); version && *version != kVersion) {
    object.Fail(places.LineOf("apiVersion"),
                base::StrCat("apiVersion of ", what, " is ", base::QuotedStart(*version),
                             "; it must be ", kVersion));
  }
  const MapReader metadata = object.Map("metadata");
  metadata.CheckFields("metadata", kMetadataFields);
  metadata.Map("labels").CheckTexts();
  metadata.Map("annotations").CheckTexts();
  ObjectHead head;
  head.name = metadata.Text("name").value_or("");
  head.object_namespace = metadata.Text("namespace").value_or("");
  if (head.name.empty() && !places.IsRefused("metadata.name")) {
    object.Fail(places.LineOf(""), base::StrCat(what, " without metadata.name; give it one"));
  }
  return head;
}

}  // namespace gpuscaler::manifests
