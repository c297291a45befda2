// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QList>

namespace phidelity {

/// Builds a ZIP archive in memory (APPNOTE 6.3.3; no ZIP64: below 4 GB and 65,535 entries). The
/// same entries give the same bytes.
class ZipWriter {
public:
    enum class Method { Stored, Deflated };

    /// Names are of ASCII, with '/' between folders.
    void add(const QByteArray& name, const QByteArray& content, Method method = Method::Deflated);
    /// The archive. To be called once, at the end.
    [[nodiscard]] QByteArray finish();

private:
    QByteArray m_bytes;
    QByteArray m_directory;
    quint16 m_entries = 0;
};

} // namespace phidelity
