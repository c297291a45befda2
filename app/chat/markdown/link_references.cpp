// SPDX-License-Identifier: MIT
#include <QRegularExpression>

#include "chat/markdown/inline_markup.h"

namespace phidelity {

namespace {

constexpr qsizetype kMostReferences = 1000;
constexpr qsizetype kLongest = 2048;

QString keyOf(QStringView label) {
    return label.toString().simplified().toCaseFolded();
}

} // namespace

LinkReferences::Taken LinkReferences::take(QStringView line, qsizetype at) {
    if (line.size() > kLongest) {
        return Taken::No;
    }
    // [label]: address "title", the address perhaps in angles. A label begins with no ^: that is a
    // footnote's text.
    static const QRegularExpression definition(
        QStringLiteral(R"(^\[([^\[\]^][^\[\]]*)\]:[ \t]*(?:<([^<>]*)>|([^\s<]\S*)))"
                       R"((?:[ \t]+(?:"[^"]*"|'[^']*'|\([^()]*\)))?[ \t]*$)"));
    const QRegularExpressionMatch match = definition.match(line.toString());
    if (!match.hasMatch() || match.captured(1).trimmed().isEmpty()) {
        return Taken::No;
    }
    const QString key = keyOf(match.captured(1));
    QString address = match.captured(2) + match.captured(3);
    const auto known = m_references.find(key);
    if (known != m_references.end()) {
        const bool same = known->at == at && known->address != address;
        if (same) {
            known->address = address;
        }
        return same ? Taken::New : Taken::Known;
    }
    if (m_references.size() >= kMostReferences) {
        return Taken::Known;
    }
    m_references.insert(key, {address.isNull() ? QStringLiteral("") : address, at});
    return Taken::New;
}

QString LinkReferences::address(QStringView label) const {
    return m_references.isEmpty() ? QString() : m_references.value(keyOf(label)).address;
}

} // namespace phidelity
