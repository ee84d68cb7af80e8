// What comes back from a completion queue: an operation that has ended.
#pragma once

namespace gpuscaler::rpc {

class Tag {
 public:
  virtual ~Tag() = default;
  // On the queue's thread. `ok` as gRPC gives it for this kind of operation.
  virtual void Proceed(bool ok) = 0;
};

// A tag that calls a member function of its owner: one for each operation that
// the owner can have under way.
template <class Owner>
class MemberTag final : public Tag {
 public:
  MemberTag(Owner* owner, void (Owner::*function)(bool ok)) : owner_(owner), function_(function) {}
  void Proceed(bool ok) override { (owner_->*function_)(ok); }

 private:
  Owner* const owner_;
  void (Owner::*const function_)(bool ok);
};

}  // namespace gpuscaler::rpc
