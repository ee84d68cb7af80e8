// Which node each GPU belongs to: a GPU is in one node, so what two nodes report
// under one UUID is the first one's, until somebody gives it to the other. Not
// thread-safe.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

namespace gpuscaler::fleet {

class Claims {
 public:
  // The node that has GPU `uuid`: `node`, if it had no other. Good until the next
  // call.
  const std::string& Claim(const std::string& uuid, const std::string& node);
  // nullptr: no node has it. Good until the next call of another.
  const std::string* HolderOf(const std::string& uuid) const;
  // Gives it to `node`, whoever had it.
  void Give(const std::string& uuid, const std::string& node);
  // What `node` has is free again.
  void Release(const std::string& node);

 private:
  // Each points to the other's keys: a name is kept once.
  std::unordered_map<std::string, const std::string*> node_of_;               // by UUID
  std::unordered_map<std::string, std::vector<const std::string*>> gpus_of_;  // by node
};

}  // namespace gpuscaler::fleet
