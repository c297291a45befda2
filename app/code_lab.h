// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>
#include <QTimer>

namespace phidelity {

class CodeDesk;
class CodePage;
class LabDesk;

/// The sampling lab beside the code page: it follows the cursor, and completions have settings of
/// their own, which are remembered. Window's thread.
class CodeLab : public QObject {
    Q_OBJECT

public:
    /// All outlive it.
    CodeLab(CodePage* page, CodeDesk* desk, LabDesk* lab);

private:
    void tellText();

    CodePage* m_page;
    CodeDesk* m_desk;
    LabDesk* m_lab;
    QTimer m_settled; ///< the cursor rests
};

} // namespace phidelity
