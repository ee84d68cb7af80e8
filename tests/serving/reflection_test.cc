#include "serving/reflection.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/type.pb.h>
#include <gtest/gtest.h>

#include "externalscaler.pb.h"

namespace gpuscaler::serving {
namespace {

using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

const std::vector<std::string> kServices = {"a.First", "b.Second"};

std::vector<std::string> FileNames(const ServerReflectionResponse& response) {
  std::vector<std::string> names;
  for (const std::string& bytes : response.file_descriptor_response().file_descriptor_proto()) {
    google::protobuf::FileDescriptorProto file;
    EXPECT_TRUE(file.ParseFromString(bytes));
    names.push_back(file.name());
  }
  return names;
}

TEST(Reflect, ListsTheServicesInBothPackages) {
  ServerReflectionRequest request;
  request.set_list_services("*");
  request.set_host("here");
  const auto response = Reflect(request, kServices);
  ASSERT_EQ(response.list_services_response().service_size(), 2);
  EXPECT_EQ(response.list_services_response().service(0).name(), "a.First");
  EXPECT_EQ(response.list_services_response().service(1).name(), "b.Second");
  EXPECT_EQ(response.valid_host(), "here");
  EXPECT_EQ(response.original_request().list_services(), "*");

  grpc::reflection::v1alpha::ServerReflectionRequest old_request;
  old_request.set_list_services("*");
  const auto old_response = Reflect(old_request, kServices);
  ASSERT_EQ(old_response.list_services_response().service_size(), 2);
  EXPECT_EQ(old_response.list_services_response().service(1).name(), "b.Second");
}

TEST(Reflect, FindsTheFileOfAServiceAMethodAMessageAndAName) {
  ServerReflectionRequest request;
  for (const std::string symbol :
       {"externalscaler.ExternalScaler", "externalscaler.ExternalScaler.GetMetrics",
        "externalscaler.ScaledObjectRef"}) {
    request.set_file_containing_symbol(symbol);
    EXPECT_THAT(FileNames(Reflect(request, kServices)), ElementsAre("externalscaler.proto"));
  }
  request.set_file_by_filename("externalscaler.proto");
  const auto response = Reflect(request, kServices);
  google::protobuf::FileDescriptorProto file;
  ASSERT_TRUE(file.ParseFromString(response.file_descriptor_response().file_descriptor_proto(0)));
  ASSERT_EQ(file.service_size(), 1);
  EXPECT_EQ(file.service(0).method_size(), 5);
}

TEST(Reflect, SendsWhatAFileImportsWithIt) {
  ASSERT_NE(google::protobuf::Type::descriptor(), nullptr);  // links the file in
  ServerReflectionRequest request;
  request.set_file_containing_symbol("google.protobuf.Type");
  EXPECT_THAT(FileNames(Reflect(request, kServices)),
              UnorderedElementsAre("google/protobuf/type.proto", "google/protobuf/any.proto",
                                   "google/protobuf/source_context.proto"));
}

TEST(Reflect, SaysWhatItDoesNotFindOrUnderstand) {
  const auto error = [](const ServerReflectionRequest& request) {
    return Reflect(request, kServices).error_response().error_code();
  };
  ServerReflectionRequest request;
  EXPECT_EQ(error(request), 3);  // INVALID_ARGUMENT
  request.set_file_containing_symbol("externalscaler.Nothing");
  EXPECT_EQ(error(request), 5);  // NOT_FOUND
  request.set_file_by_filename("../etc/passwd");
  EXPECT_EQ(error(request), 5);
  request.set_all_extension_numbers_of_type("externalscaler.Nothing");
  EXPECT_EQ(error(request), 5);
  request.mutable_file_containing_extension()->set_containing_type("externalscaler.MetricSpec");
  request.mutable_file_containing_extension()->set_extension_number(7);
  EXPECT_EQ(error(request), 5);
  request.set_all_extension_numbers_of_type("externalscaler.MetricSpec");
  EXPECT_EQ(error(request), 0);
  EXPECT_EQ(Reflect(request, kServices).all_extension_numbers_response().base_type_name(),
            "externalscaler.MetricSpec");
}

}  // namespace
}  // namespace gpuscaler::serving
