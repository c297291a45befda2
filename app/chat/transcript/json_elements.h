// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace phidelity {

/// Cuts a JSON array into its elements without reading them, so that a file with thousands of
/// conversations is read one at a time. Sees brackets and strings only; the elements are checked
/// by whoever reads them.
class JsonElements {
public:
    /// `bytes` must outlive this; its first character that is no white space is '['.
    explicit JsonElements(QByteArrayView bytes);

    enum class Next {
        Element, ///< *element is the next one
        End,     ///< the array ended, and nothing but white space follows it
        Broken,  ///< it does not go on as an array does
    };
    Next next(QByteArrayView* element);

    /// Where it was when it stopped: bytes from the beginning.
    [[nodiscard]] qsizetype position() const { return m_at; }

private:
    void skipSpace();

    QByteArrayView m_bytes;
    qsizetype m_at = 0;
    bool m_first = true;
};

} // namespace phidelity
