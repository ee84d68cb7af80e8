#include "engines/exposition/series_key.h"

namespace gpuscaler::engines {

SeriesKey KeyOf(std::string_view labels) {
  static const base::SipKey key = base::SipKey::Random();
  return base::SipHash::Of(labels, key);
}

}  // namespace gpuscaler::engines
