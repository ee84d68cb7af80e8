// Reads KEDA's ScaledJob.
#pragma once

#include "manifests/problem.h"
#include "manifests/scaled_object.h"
#include "manifests/yaml_tree.h"

namespace gpuscaler::manifests {

// `root`: a map whose kind is ScaledJob. Its name, namespace and triggers alone are kept; what is
// wrong with its other fields is a problem, but of jobTargetRef, which is Kubernetes' own, only a
// field that there is none of and a template that is not there.
ScaledObject ReadScaledJob(const YamlNode& root, Problems& problems);

}  // namespace gpuscaler::manifests
