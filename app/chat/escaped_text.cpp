// SPDX-License-Identifier: MIT
#include "chat/escaped_text.h"

#include <QRegularExpression>

namespace phidelity {

namespace {

bool isSeen(const QString& text, qsizetype index) {
    const QChar c = text.at(index);
    char32_t code = c.unicode();
    if (c.isSurrogate()) {
        const qsizetype high = c.isHighSurrogate() ? index : index - 1;
        if (high < 0 || high + 1 == text.size() || !text.at(high).isHighSurrogate() ||
            !text.at(high + 1).isLowSurrogate()) {
            return false;
        }
        code = QChar::surrogateToUcs4(text.at(high), text.at(high + 1));
    }
    switch (QChar::category(code)) {
    case QChar::Other_Control:
    case QChar::Other_Format:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return false;
    case QChar::Separator_Space:
        return code == U' ';
    default:
        return true;
    }
}

} // namespace

QString escapedText(const QString& text) {
    QString escaped;
    for (qsizetype index = 0; index < text.size(); ++index) {
        const QChar c = text.at(index);
        if (c == u'\n') {
            escaped += QLatin1String("\\n");
        } else if (c == u'\t') {
            escaped += QLatin1String("\\t");
        } else if (c == u'\r') {
            escaped += QLatin1String("\\r");
        } else if (c == u'\\') {
            escaped += QLatin1String("\\\\");
        } else if (isSeen(text, index)) {
            escaped += c;
        } else {
            escaped += QStringLiteral("\\u%1").arg(c.unicode(), 4, 16, QLatin1Char('0'));
        }
    }
    return escaped;
}

std::optional<QString> unescapedText(const QString& text, QString* problem) {
    QString plain;
    for (qsizetype index = 0; index < text.size(); ++index) {
        if (text.at(index) != u'\\') {
            plain += text.at(index);
            continue;
        }
        ++index;
        const QChar kind = index < text.size() ? text.at(index) : QChar();
        bool known = true;
        if (kind == u'n') {
            plain += u'\n';
        } else if (kind == u't') {
            plain += u'\t';
        } else if (kind == u'r') {
            plain += u'\r';
        } else if (kind == u'\\') {
            plain += u'\\';
        } else if (kind == u'u') {
            static const QRegularExpression fourDigits(QStringLiteral("^[0-9A-Fa-f]{4}$"));
            const QString digits = text.mid(index + 1, 4);
            known = fourDigits.match(digits).hasMatch();
            plain += QChar(digits.toUShort(nullptr, 16));
            index += 4;
        } else {
            known = false;
        }
        if (!known) {
            if (problem) {
                *problem = kind.isNull()
                               ? QStringLiteral("A backslash at the end: write \\\\ for one.")
                               : QStringLiteral("\\%1 means nothing: write \\n, \\t, \\\\ or "
                                                "\\u with four digits.")
                                     .arg(kind);
            }
            return std::nullopt;
        }
    }
    return plain;
}

} // namespace phidelity
