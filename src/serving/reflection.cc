#include "serving/reflection.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <set>

#include "absl/status/status.h"
#include "reflection.grpc.pb.h"
#include "reflection_v1alpha.grpc.pb.h"
#include "rpc/server.h"

namespace gpuscaler::serving {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

// The file and everything that it imports, each once.
void CollectFiles(const FileDescriptor& file, std::set<const FileDescriptor*>& seen,
                  google::protobuf::RepeatedPtrField<std::string>& out) {
  if (!seen.insert(&file).second) return;
  google::protobuf::FileDescriptorProto proto;
  file.CopyTo(&proto);
  proto.SerializeToString(out.Add());
  for (int i = 0; i < file.dependency_count(); ++i) CollectFiles(*file.dependency(i), seen, out);
}

template <class Response>
void AnswerFile(const FileDescriptor* file, Response& response) {
  if (file == nullptr) {
    response.mutable_error_response()->set_error_code(
        static_cast<int>(absl::StatusCode::kNotFound));
    response.mutable_error_response()->set_error_message("not found");
    return;
  }
  std::set<const FileDescriptor*> seen;
  CollectFiles(*file, seen,
               *response.mutable_file_descriptor_response()->mutable_file_descriptor_proto());
}

const FileDescriptor* FileOfExtension(const DescriptorPool& pool, const std::string& type,
                                      int number) {
  const Descriptor* message = pool.FindMessageTypeByName(type);
  if (message == nullptr) return nullptr;
  const FieldDescriptor* extension = pool.FindExtensionByNumber(message, number);
  return extension == nullptr ? nullptr : extension->file();
}

template <class Request, class Response>
Response Answer(const Request& request, const std::vector<std::string>& services) {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  Response response;
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  switch (request.message_request_case()) {
    case Request::kFileByFilename:
      AnswerFile(pool.FindFileByName(request.file_by_filename()), response);
      break;
    case Request::kFileContainingSymbol:
      AnswerFile(pool.FindFileContainingSymbol(request.file_containing_symbol()), response);
      break;
    case Request::kFileContainingExtension:
      AnswerFile(FileOfExtension(pool, request.file_containing_extension().containing_type(),
                                 request.file_containing_extension().extension_number()),
                 response);
      break;
    case Request::kAllExtensionNumbersOfType:
      if (pool.FindMessageTypeByName(request.all_extension_numbers_of_type()) == nullptr) {
        AnswerFile(nullptr, response);
      } else {  // none of our messages has any
        response.mutable_all_extension_numbers_response()->set_base_type_name(
            request.all_extension_numbers_of_type());
      }
      break;
    case Request::kListServices:
      for (const std::string& service : services) {
        response.mutable_list_services_response()->add_service()->set_name(service);
      }
      break;
    default:
      response.mutable_error_response()->set_error_code(
          static_cast<int>(absl::StatusCode::kInvalidArgument));
      response.mutable_error_response()->set_error_message("the request asks for nothing");
  }
  return response;
}

}  // namespace

grpc::reflection::v1::ServerReflectionResponse Reflect(
    const grpc::reflection::v1::ServerReflectionRequest& request,
    const std::vector<std::string>& services) {
  return Answer<grpc::reflection::v1::ServerReflectionRequest,
                grpc::reflection::v1::ServerReflectionResponse>(request, services);
}

grpc::reflection::v1alpha::ServerReflectionResponse Reflect(
    const grpc::reflection::v1alpha::ServerReflectionRequest& request,
    const std::vector<std::string>& services) {
  return Answer<grpc::reflection::v1alpha::ServerReflectionRequest,
                grpc::reflection::v1alpha::ServerReflectionResponse>(request, services);
}

void AddReflection(rpc::Server& server, const std::vector<std::string>& services) {
  namespace v1 = grpc::reflection::v1;
  namespace v1alpha = grpc::reflection::v1alpha;
  server.AddExchange<v1::ServerReflectionRequest, v1::ServerReflectionResponse>(
      v1::ServerReflection::service_full_name(), "ServerReflectionInfo",
      [&services](const v1::ServerReflectionRequest& request) {
        return Reflect(request, services);
      },
      rpc::Place::kSide);
  server.AddExchange<v1alpha::ServerReflectionRequest, v1alpha::ServerReflectionResponse>(
      v1alpha::ServerReflection::service_full_name(), "ServerReflectionInfo",
      [&services](const v1alpha::ServerReflectionRequest& request) {
        return Reflect(request, services);
      },
      rpc::Place::kSide);
}

}  // namespace gpuscaler::serving
