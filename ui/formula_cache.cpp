// SPDX-License-Identifier: MIT
#include "ui/formula_cache.h"

#include <QCache>

namespace phidelity {

std::optional<MathBox> cachedMath(const QString& latex, const QFont& font,
                                  const MathOptions& options) {
    constexpr int kBoxes = 1000;
    static QCache<QString, std::optional<MathBox>> boxes(kBoxes);
    const QString key = QStringLiteral("%1|%2|%3|%4")
                            .arg(static_cast<int>(options.style))
                            .arg(options.breakWidth)
                            .arg(font.key(), latex);
    if (const std::optional<MathBox>* known = boxes.object(key)) {
        return *known;
    }
    std::optional<MathBox> box = setMath(latex, font, options);
    boxes.insert(key, new std::optional<MathBox>(box));
    return box;
}

} // namespace phidelity
