// SPDX-License-Identifier: MIT
#pragma once

#include <QDialog>

#include "playground/comparison.h"

class QComboBox;
class QLabel;
class QListWidget;
class QPlainTextEdit;
class QPushButton;

namespace phidelity {

class PlayEdit;
class PlayText;

/// Two ways to put one text to a model, side by side: formats, settings or model files. When both
/// are written, the first token in which they differ is marked, and what the model thought there is
/// listed under each. Values in, intent out.
class CompareDialog : public QDialog {
    Q_OBJECT

public:
    explicit CompareDialog(QWidget* parent = nullptr);

    void setPrompt(const QString& prompt);
    /// Those that the user made, to be chosen beside the built-in ones.
    void setOwnFormats(const QList<PromptFormat>& formats);
    /// Those of the panel.
    void setSettings(const GenerationSettings& settings) { m_settings = settings; }

public slots:
    void beginSide(int side);
    void addToSide(int side, const QList<phidelity::TextPiece>& pieces);
    void endSide(int side, const QString& note);
    void end();

signals:
    void compareRequested(const phidelity::CompareWish& wish);
    void stopRequested();

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Side {
        QComboBox* format;
        QComboBox* preset;
        QComboBox* model;
        PlayEdit* edit;
        PlayText* text;
        QLabel* note;
        QListWidget* candidates;
        QString file;
    };

    QWidget* buildSide(int index);
    void chooseModel(int index, int row);
    void run();
    void markDifference();
    void showCandidates(const Side& side, const QList<TokenDetail>& tokens, qsizetype at);
    [[nodiscard]] CompareSide chosen(const Side& side) const;
    void applyLook();

    QPlainTextEdit* m_prompt;
    QLabel* m_result;
    QPushButton* m_run;
    Side m_sides[2];
    QList<PromptFormat> m_formats; ///< by their places in the choosers
    GenerationSettings m_settings;
    bool m_running = false;
};

} // namespace phidelity
