// SPDX-License-Identifier: MIT
#include "chat/markdown/link_address.h"

#include <QRegularExpression>
#include <QUrl>

#include "chat/markdown/visible_text.h"

namespace phidelity {

namespace {

constexpr qsizetype kLongestAddress = 2048;

QString withoutWww(const QString& host) {
    return host.startsWith(QLatin1String("www.")) ? host.mid(4) : host;
}

} // namespace

LinkAddress linkAddress(const QString& written) {
    const QUrl url(written, QUrl::TolerantMode);
    const QString scheme = url.scheme();
    const bool web = scheme == QLatin1String("http") || scheme == QLatin1String("https");
    // "https://bank.com@evil.org" is none of ours.
    const bool known = (web && !url.host().isEmpty() && url.userInfo().isEmpty()) ||
                       scheme == QLatin1String("mailto");
    if (!url.isValid() || !known || written.size() > kLongestAddress) {
        return {visibleText(written.left(kLongestAddress)).simplified(), false};
    }
    return {QString::fromLatin1(url.toEncoded()), true};
}

bool misleads(const QString& words, const QString& address) {
    const QUrl url(address);
    if (url.scheme() == QLatin1String("mailto")) {
        return words.contains(u'@') &&
               words.trimmed().compare(url.path(), Qt::CaseInsensitive) != 0;
    }
    // Something.like.this, with or without a scheme before and a path behind.
    static const QRegularExpression looksLikeHost(
        QStringLiteral("(?:^|[\\s/@])((?:[\\w-]{1,63}\\.)+[\\w-]{2,63})(?=$|[\\s/:?#])"),
        QRegularExpression::UseUnicodePropertiesOption);
    const QString near = words.left(300);
    const QString host = withoutWww(url.host(QUrl::FullyEncoded));
    for (auto found = looksLikeHost.globalMatch(near); found.hasNext();) {
        const QString other = QString::fromLatin1(QUrl::toAce(found.next().captured(1).toLower()));
        if (withoutWww(other) != host) {
            // "main.cpp" is no host; only what claims to be an address misleads.
            const qsizetype dot = other.lastIndexOf(u'.');
            const bool address = near.contains(QLatin1String("://")) ||
                                 near.contains(QLatin1String("www.")) || other.count(u'.') > 1 ||
                                 (dot > 0 && other.size() - dot <= 5);
            return address;
        }
    }
    return near.contains(QLatin1String("://")) && !near.contains(host);
}

} // namespace phidelity
