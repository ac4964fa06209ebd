//! Databases for the tests, written by the document of the format.

use super::record::Value;

/// A database of a few pages.
pub(super) struct Builder {
    pub(super) size: usize,
    pub(super) reserved: usize,
    pub(super) wide: bool,
    pages: Vec<Vec<u8>>,
    schema: Vec<Vec<Value>>,
}

pub(super) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

impl Builder {
    pub(super) fn new(size: usize) -> Self {
        Self { size, reserved: 0, wide: false, pages: vec![Vec::new()], schema: Vec::new() }
    }

    fn usable(&self) -> usize {
        self.size - self.reserved
    }

    /// Adds a page and gives its number.
    pub(super) fn page(&mut self, bytes: &[u8]) -> u32 {
        let mut page = bytes.to_vec();
        page.resize(self.size, 0);
        self.pages.push(page);
        self.pages.len() as u32
    }

    /// A table of rows with the row ids 1, 2, ..., in as many leaves as they need, below one page.
    pub(super) fn table(&mut self, name: &str, statement: &str, rows: &[Vec<Value>]) {
        let mut leaves: Vec<Vec<Vec<u8>>> = vec![Vec::new()];
        for (at, row) in rows.iter().enumerate() {
            let cell = self.cell(Some(at as u64 + 1), row);
            let leaf = leaves.last_mut().unwrap();
            let used: usize = leaf.iter().map(|cell| cell.len() + 2).sum();
            if used + cell.len() + 2 + 8 > self.usable() {
                leaves.push(Vec::new());
            }
            leaves.last_mut().unwrap().push(cell);
        }
        let numbers: Vec<u32> = leaves
            .iter()
            .map(|cells| {
                let page = self.node(13, 0, cells, 0);
                self.page(&page)
            })
            .collect();
        let root = match numbers[..] {
            [root] => root,
            _ => {
                let (right, others) = numbers.split_last().unwrap();
                let cells: Vec<Vec<u8>> =
                    others.iter().map(|child| [&child.to_be_bytes()[..], &[1]].concat()).collect();
                let page = self.node(5, *right, &cells, 0);
                self.page(&page)
            }
        };
        self.entry("table", name, statement, root);
    }

    /// A table without row ids, in one page.
    pub(super) fn index(&mut self, name: &str, statement: &str, rows: &[Vec<Value>]) {
        let cells: Vec<Vec<u8>> = rows.iter().map(|row| self.cell(None, row)).collect();
        let page = self.node(10, 0, &cells, 0);
        let root = self.page(&page);
        self.entry("table", name, statement, root);
    }

    pub(super) fn entry(&mut self, of: &str, name: &str, statement: &str, root: u32) {
        let root = Value::Integer(i64::from(root));
        self.schema.push(vec![text(of), text(name), text(name), root, text(statement)]);
    }

    /// The bytes of the file.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let rows = std::mem::take(&mut self.schema);
        let numbered = rows.iter().enumerate();
        let cells: Vec<Vec<u8>> =
            numbered.map(|(at, row)| self.cell(Some(at as u64 + 1), row)).collect();
        let mut first = self.node(13, 0, &cells, 100);
        first[..16].copy_from_slice(super::pages::MAGIC);
        let size = if self.size == 65536 { 1 } else { self.size as u16 };
        first[16..18].copy_from_slice(&size.to_be_bytes());
        first[20] = self.reserved as u8;
        first[28..32].copy_from_slice(&(self.pages.len() as u32).to_be_bytes());
        first[59] = if self.wide { 2 } else { 1 };
        first.resize(self.size, 0);
        self.pages[0] = first;
        self.pages.concat()
    }

    /// A page of a b-tree with these cells.
    pub(super) fn node(&self, kind: u8, right: u32, cells: &[Vec<u8>], start: usize) -> Vec<u8> {
        let mut page = vec![0; self.size];
        let mut end = self.usable();
        let mut at = start + if right == 0 { 8 } else { 12 };
        for cell in cells {
            end -= cell.len();
            page[end..end + cell.len()].copy_from_slice(cell);
            page[at..at + 2].copy_from_slice(&(end as u16).to_be_bytes());
            at += 2;
        }
        assert!(at <= end, "more than a page holds");
        page[start] = kind;
        page[start + 3..start + 5].copy_from_slice(&(cells.len() as u16).to_be_bytes());
        page[start + 5..start + 7].copy_from_slice(&(end as u16).to_be_bytes());
        if right != 0 {
            page[start + 8..start + 12].copy_from_slice(&right.to_be_bytes());
        }
        page
    }

    /// A cell; what it has no room for is put into overflow pages.
    pub(super) fn cell(&mut self, rowid: Option<u64>, row: &[Value]) -> Vec<u8> {
        let payload = self.record(row);
        let kind = if rowid.is_some() { super::Kind::TableLeaf } else { super::Kind::IndexLeaf };
        let local = super::node::local(payload.len(), self.usable(), kind);
        let mut cell = varint(payload.len() as u64);
        cell.extend(rowid.map(varint).unwrap_or_default());
        cell.extend(&payload[..local]);
        let mut next = 0_u32;
        let chunks: Vec<&[u8]> = payload[local..].chunks(self.usable() - 4).collect();
        for chunk in chunks.iter().rev() {
            next = self.page(&[&next.to_be_bytes()[..], chunk].concat());
        }
        if local < payload.len() {
            cell.extend(next.to_be_bytes());
        }
        cell
    }

    fn record(&self, row: &[Value]) -> Vec<u8> {
        let (mut types, mut body) = (Vec::new(), Vec::new());
        for value in row {
            let (of, stored) = match value {
                Value::Null => (0, Vec::new()),
                Value::Integer(number) => (6, number.to_be_bytes().to_vec()),
                Value::Real(number) => (7, number.to_be_bytes().to_vec()),
                Value::Text(text) => {
                    let bytes = if self.wide {
                        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
                    } else {
                        text.as_bytes().to_vec()
                    };
                    (13 + 2 * bytes.len() as u64, bytes)
                }
                Value::Blob(bytes) => (12 + 2 * bytes.len() as u64, bytes.clone()),
            };
            types.extend(varint(of));
            body.extend(stored);
        }
        assert!(types.len() < 127, "a header of one byte's length");
        [vec![types.len() as u8 + 1], types, body].concat()
    }
}

fn varint(number: u64) -> Vec<u8> {
    let mut bytes = vec![(number & 0x7f) as u8];
    let mut rest = number >> 7;
    while rest > 0 {
        bytes.insert(0, (rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    bytes
}
