// SPDX-License-Identifier: MIT
#include "chat/token_text.h"

#include <QList>
#include <QStringDecoder>

namespace phidelity {

namespace {

QString codeOf(char32_t code) {
    return QStringLiteral("⟨U+%1⟩").arg(static_cast<uint>(code), 4, 16, QLatin1Char('0')).toUpper();
}

QString byteCode(char byte) {
    return QStringLiteral("⟨%1⟩")
        .arg(static_cast<uint>(static_cast<unsigned char>(byte)), 2, 16, QLatin1Char('0'))
        .toUpper();
}

bool isHidden(char32_t code) {
    switch (QChar::category(code)) {
    case QChar::Other_Control:
    case QChar::Other_Format:
    case QChar::Other_PrivateUse:
    case QChar::Other_NotAssigned:
    case QChar::Separator_Space:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return true;
    default:
        return false;
    }
}

QString visibleCharacter(char32_t code) {
    switch (code) {
    case U' ':
        return QStringLiteral("·");
    case U'\n':
        return QStringLiteral("↵\n");
    case U'\t':
        return QStringLiteral("⇥");
    default:
        return isHidden(code) ? codeOf(code) : QString::fromUcs4(&code, 1);
    }
}

} // namespace

QString visibleText(const QByteArray& bytes) {
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString text = decoder(bytes);
    QString visible;
    if (decoder.hasError()) {
        for (const char byte : bytes) {
            const auto code = static_cast<unsigned char>(byte);
            visible += code < 0x80 ? visibleCharacter(code) : byteCode(byte);
        }
        return visible;
    }
    for (const char32_t code : text.toUcs4()) {
        visible += visibleCharacter(code);
    }
    return visible;
}

} // namespace phidelity
