// SPDX-License-Identifier: MIT
#pragma once

#include <QDialog>

#include "chat/transcript/transcript.h"
#include "chat/transcript/transcript_file.h"

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QRadioButton;

namespace phidelity {

/// What can be exported, in a few values.
struct ExportSubject {
    QString title;
    QString fileName;            ///< proposed, without suffix
    qsizetype shownMessages = 0; ///< of the branch that is shown
    qsizetype allMessages = 0;   ///< of the whole tree
    qsizetype branches = 0;
    bool hasRecords = false; ///< settings, timings, probabilities are known of some reply
};

/// What the user chose to have written.
struct ExportChoice {
    TranscriptFormat format = TranscriptFormat::Markdown;
    TranscriptOptions options{TranscriptExtent::Branch, 0, {}, localPaper()};

    friend bool operator==(const ExportChoice& a, const ExportChoice& b) {
        return a.format == b.format && a.options.extent == b.options.extent &&
               a.options.parts == b.options.parts && a.options.paper == b.options.paper;
    }
};

/// Asks in what format, how much and where to a conversation goes. Shows values, tells the choice;
/// writes nothing itself.
class ExportDialog : public QDialog {
    Q_OBJECT

public:
    ExportDialog(QWidget* window, const ExportSubject& subject);

    /// Where the last file was saved, and what was chosen then.
    void setLast(const QString& folder, const ExportChoice& choice);
    [[nodiscard]] ExportChoice choice() const;

public slots:
    /// The beginning of what would be written and its size in bytes; an empty text where it is no
    /// text. For the choice that previewWanted() told last.
    void showPreview(const QString& beginning, qint64 bytes);
    /// Why the beginning and the size are not worth computing.
    void showNoPreview(const QString& sentence);
    /// It is being written: only Close can be pressed.
    void setBusy();
    /// It is not being written any more, and why.
    void setIdle(const QString& sentence);
    void showProblem(const QString& sentence);

signals:
    void previewWanted(const phidelity::ExportChoice& choice);
    void saveWanted(const phidelity::ExportChoice& choice, const QString& path);
    void copyWanted(const phidelity::ExportChoice& choice);
    void printWanted(const phidelity::ExportChoice& choice);

protected:
    void showEvent(QShowEvent* event) override;

private:
    void buildFormats();
    void buildPapers();
    QLayout* buildForm(const ExportSubject& subject);
    void buildExtent(const ExportSubject& subject);
    void buildParts(const ExportSubject& subject);
    QWidget* buildButtons();
    void choiceChanged();
    void askForFile();

    const QString m_fileName;
    QString m_folder;
    QComboBox* m_formats;
    QLabel* m_hint;
    QFormLayout* m_form;
    QComboBox* m_papers;
    QRadioButton* m_shown;
    QRadioButton* m_tree;
    QCheckBox* m_settings;
    QCheckBox* m_timings;
    QCheckBox* m_probabilities;
    QPlainTextEdit* m_preview;
    QLabel* m_size;
    QLabel* m_problem;
    QPushButton* m_save;
    QPushButton* m_copy;
    QPushButton* m_print;
};

} // namespace phidelity

Q_DECLARE_METATYPE(phidelity::ExportChoice)
