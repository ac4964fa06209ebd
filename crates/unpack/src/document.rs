//! Documents: files that are no archives and yet hold their text in another form than bytes show it.
//! Each reader takes all bytes of a file and hands over what it holds, piece by piece.
//!
//! What the bytes of the file itself show is not repeated where a reader says so; then the file is to be
//! scanned as well.

mod base64;
pub mod git;
pub mod har;
pub mod image_config;
mod json;
pub mod mail;
pub mod notebook;
mod output;
pub mod pdf;
pub mod program;
mod runs;
pub mod sqlite;

use crate::budget::Budget;
use crate::unread::Reason;

/// What takes the members of a document.
pub trait Sink {
    /// Takes a member: its path below the document, and its bytes. What is opened within it is spent
    /// from the same budget.
    fn member(&mut self, name: &str, bytes: &[u8], budget: &Budget);

    /// Takes note of what was not read, with what it is: `SQLite page`. Each is named once for a
    /// document.
    fn unread(&mut self, reason: Reason, detail: &str);
}

/// A format that is read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// A SQLite database, its write-ahead log or its rollback journal.
    Sqlite,
    /// A PDF document.
    Pdf,
    /// A bundle or a pack of git.
    Git,
    /// A compiled program of Java, Python or WebAssembly.
    Program,
    /// A mail message or a mailbox.
    Mail,
    /// A Jupyter notebook.
    Notebook,
    /// An HTTP archive.
    Har,
    /// The configuration of a container image.
    ImageConfig,
}

impl Document {
    /// What it is, as it is named in reports.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite database",
            Self::Pdf => "PDF document",
            Self::Git => "git pack",
            Self::Program => "program",
            Self::Mail => "mail message",
            Self::Notebook => "notebook",
            Self::Har => "HTTP archive",
            Self::ImageConfig => "image configuration",
        }
    }

    /// Whether the members stand for the bytes. Of the others the bytes show what the reader does not
    /// repeat.
    pub fn is_replaced(self) -> bool {
        matches!(self, Self::Sqlite | Self::Pdf | Self::Git)
    }
}

/// The document that these bytes are, if they are one; told by their content, not by a name.
pub fn document(bytes: &[u8]) -> Option<Document> {
    let is: [(Test, Document); 8] = [
        (sqlite::is_sqlite, Document::Sqlite),
        (pdf::is_pdf, Document::Pdf),
        (git::is_pack, Document::Git),
        (program::is_program, Document::Program),
        (mail::is_mail, Document::Mail),
        (notebook::is_notebook, Document::Notebook),
        (har::is_har, Document::Har),
        (image_config::is_image_config, Document::ImageConfig),
    ];
    is.into_iter().find(|(is, _)| is(bytes)).map(|(_, document)| document)
}

/// A test for one format.
type Test = fn(&[u8]) -> bool;

/// Hands over everything that a document holds.
pub fn read(document: Document, bytes: &[u8], budget: &Budget, sink: &mut dyn Sink) {
    match document {
        Document::Sqlite => sqlite::read(bytes, budget, sink),
        Document::Pdf => pdf::read(bytes, budget, sink),
        Document::Git => git::read(bytes, budget, sink),
        Document::Program => program::read(bytes, budget, sink),
        Document::Mail => mail::read(bytes, budget, sink),
        Document::Notebook => notebook::read(bytes, budget, sink),
        Document::Har => har::read(bytes, budget, sink),
        Document::ImageConfig => image_config::read(bytes, budget, sink),
    }
}

#[cfg(test)]
mod testing;
