#include "manifests/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "base/json_quote.h"
#include "base/strings.h"

namespace gpuscaler::manifests {
namespace {

constexpr std::string_view kMergeKey = "<<";

// A list or map that has begun and not ended.
struct Open {
  std::shared_ptr<YamlNode> node;
  YAML::anchor_t anchor = 0;
  bool has_key = false;  // of a map: a key that waits for its value
  YamlEntry entry;
  std::set<std::string, std::less<>> keys;
  std::vector<YamlPointer> merges;
};

// Makes the tree of what the library reads. The library's exceptions are the only way
// to stop it, so what is refused here is thrown as one of those; the depth is thus
// bounded before the library's own recursion goes deeper.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(int first_line, Problems& problems) : first_line_(first_line), problems_(problems) {}

  const YamlPointer& root() const { return root_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Add(mark, anchor, Make(YamlKind::kNull, mark));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    // Not until its end is a list or map what its anchor stands for.
    if (found == anchors_.end())
      throw YAML::ParserException(mark, "an alias within its own anchor");
    Add(mark, 0, found->second);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    auto node = Make(YamlKind::kScalar, mark);
    node->plain = tag == "?";
    node->text = value;
    Add(mark, anchor, std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Begin(YamlKind::kList, mark, anchor);
  }
  void OnSequenceEnd() override { End(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Begin(YamlKind::kMap, mark, anchor);
  }
  void OnMapEnd() override {
    Merge(open_.back());
    End();
  }

 private:
  std::shared_ptr<YamlNode> Make(YamlKind kind, const YAML::Mark& mark) const {
    auto node = std::make_shared<YamlNode>();
    node->kind = kind;
    node->line = LineOf(mark);
    return node;
  }

  int LineOf(const YAML::Mark& mark) const { return first_line_ + std::max(mark.line, 0); }

  void Begin(YamlKind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (open_.size() >= kDeepestYaml) {
      throw YAML::ParserException(
          mark, base::StrCat("more than ", kDeepestYaml, " lists and maps within one another"));
    }
    Open open;
    open.node = Make(kind, mark);
    open.anchor = anchor;
    if (!open_.empty()) CheckIsNoKey(mark);
    open_.push_back(std::move(open));
  }

  void CheckIsNoKey(const YAML::Mark& mark) const {
    const Open& in = open_.back();
    if (in.node->kind != YamlKind::kMap || in.has_key) return;
    throw YAML::ParserException(mark, "a list or a map in the place of a key");
  }

  void End() {
    const Open ended = std::move(open_.back());
    open_.pop_back();
    Add(YAML::Mark::null_mark(), ended.anchor, ended.node);
  }

  void Add(const YAML::Mark& mark, YAML::anchor_t anchor, const YamlPointer& node) {
    if (anchor != 0) anchors_[anchor] = node;
    if (open_.empty()) {
      root_ = node;
      return;
    }
    Open& in = open_.back();
    if (in.node->kind == YamlKind::kList) {
      in.node->items.push_back(node);
    } else if (in.has_key) {
      AddEntry(in, node);
    } else {
      if (node->kind == YamlKind::kList || node->kind == YamlKind::kMap) CheckIsNoKey(mark);
      in.entry = {node->text, LineOf(mark), nullptr};
      in.has_key = true;
    }
  }

  void AddEntry(Open& in, const YamlPointer& value) {
    in.has_key = false;
    if (in.entry.key == kMergeKey) {
      in.merges.push_back(value);
      return;
    }
    if (!in.keys.insert(in.entry.key).second) {
      problems_.Add(ProblemKind::kWrongValue, in.entry.line,
                    base::StrCat("key ", base::QuotedStart(in.entry.key),
                                 " is there twice in one map; give it once"));
      return;
    }
    in.entry.value = value;
    in.node->entries.push_back(std::move(in.entry));
  }

  // What << names: a map, or several in a list, the first of which counts.
  void Merge(Open& map) {
    std::set<const YamlNode*> taken;
    for (const YamlPointer& merged : map.merges) {
      if (merged->kind != YamlKind::kList) {
        MergeMap(map, *merged, taken);
        continue;
      }
      for (const YamlPointer& item : merged->items) MergeMap(map, *item, taken);
    }
  }

  void MergeMap(Open& map, const YamlNode& from, std::set<const YamlNode*>& taken) {
    if (!taken.insert(&from).second) return;
    for (const YamlEntry& entry : from.entries) {
      if (++merged_ > kMostMergedEntries) {
        throw YAML::ParserException(
            YAML::Mark::null_mark(),
            base::StrCat("merge keys (<<) bring more than ", kMostMergedEntries, " entries"));
      }
      if (map.keys.insert(entry.key).second) map.node->entries.push_back(entry);
    }
  }

  const int first_line_;
  Problems& problems_;
  YamlPointer root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, YamlPointer> anchors_;
  size_t merged_ = 0;
};

}  // namespace

YamlPointer ParseYaml(const std::string& text, int first_line, Problems& problems) {
  std::istringstream stream(text);
  TreeBuilder builder(first_line, problems);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) return nullptr;
    // The library stops where it takes the document for ended.
    TreeBuilder rest(first_line, problems);
    if (parser.HandleNextDocument(rest) && rest.root() != nullptr) {
      problems.Add(
          ProblemKind::kUnreadable, rest.root()->line,
          "no YAML, so that this document is not checked: text after the end of the document");
      return nullptr;
    }
    return builder.root();
  } catch (const YAML::Exception& error) {  // stopped at this edge
    problems.Add(ProblemKind::kUnreadable, first_line + std::max(error.mark.line, 0),
                 base::StrCat("no YAML, so that this document is not checked: ", error.msg));
    return nullptr;
  }
}

}  // namespace gpuscaler::manifests
