// Protobuf messages to and from the bytes that gRPC carries.
#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/byte_buffer.h>

#include <string_view>

#include "absl/status/statusor.h"
#include "base/strings.h"

namespace gpuscaler::rpc {

// INVALID_ARGUMENT: `bytes`, which are used up, are no message of this type. `message`
// keeps the memory that it has: for messages that come all the time.
inline absl::Status ReadMessageInto(grpc::ByteBuffer& bytes, google::protobuf::Message& message) {
  if (grpc::GenericDeserialize<grpc::ProtoBufferReader, google::protobuf::Message>(&bytes, &message)
          .ok()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      base::StrCat("the request is not a ", message.GetDescriptor()->full_name(),
                   ": its bytes are no Protobuf message of that type in valid UTF-8"));
}

// The same as a new message.
template <class Message>
absl::StatusOr<Message> ReadMessage(grpc::ByteBuffer& bytes) {
  Message message;
  if (absl::Status read = ReadMessageInto(bytes, message); !read.ok()) return read;
  return message;
}

inline grpc::ByteBuffer WriteMessage(const google::protobuf::Message& message) {
  grpc::ByteBuffer bytes;
  bool own = false;
  // Fails only for messages above 2 GiB.
  (void)grpc::GenericSerialize<grpc::ProtoBufferWriter, google::protobuf::Message>(message, &bytes,
                                                                                   &own);
  return bytes;
}

}  // namespace gpuscaler::rpc
