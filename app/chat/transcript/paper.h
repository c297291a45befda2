// SPDX-License-Identifier: MIT
#pragma once

#include <QLocale>
#include <QSizeF>
#include <QString>

namespace phidelity {

/// The paper that a transcript's pages are made for.
enum class Paper { A4, A5, Letter, Legal };
inline constexpr Paper kPapers[] = {Paper::A4, Paper::A5, Paper::Letter, Paper::Legal};

/// "A4 (210 × 297 mm)", "Letter (8.5 × 11 in)".
[[nodiscard]] QString titleOf(Paper paper);
/// "a4", "letter": on the command line and in the settings file.
[[nodiscard]] QString keyOf(Paper paper);
/// The paper of a key in any case; false in *ok where there is none.
[[nodiscard]] Paper paperOfKey(const QString& key, bool* ok);
/// Upright, in millimetres.
[[nodiscard]] QSizeF sizeOf(Paper paper);

/// What lies in the printers of a territory: Letter in some of America and in the Philippines, A4
/// elsewhere (Unicode CLDR, paperSizeData).
[[nodiscard]] Paper paperOf(QLocale::Territory territory);
/// The paper of the user's territory, by LC_ALL, LC_PAPER and LANG before the system's locale.
[[nodiscard]] Paper localPaper();

} // namespace phidelity
