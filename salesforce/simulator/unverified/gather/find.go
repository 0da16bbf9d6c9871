package main

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"scimforce/salesforce/simulator/unverified"
)

// find reads the Go files below root, tests aside, and returns every mark in
// them, by room, file and place.
func find(root string) ([]unverified.Entry, error) {
	var entries []unverified.Entry
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || entry.Name() == "unverified"):
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		room, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		if room == "." {
			room = "simulator"
		}
		found, err := marksOf(path, nil)
		for _, e := range found {
			e.Room, e.File = filepath.ToSlash(room), filepath.Base(path)
			entries = append(entries, e)
		}
		return err
	})
	slices.SortStableFunc(entries, func(a, b unverified.Entry) int {
		return cmp.Or(cmp.Compare(a.Room, b.Room), cmp.Compare(a.File, b.File))
	})
	return entries, err
}

// marksOf reads one file; source, when not nil, is its content.
func marksOf(path string, source any) ([]unverified.Entry, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var entries []unverified.Entry
	for _, group := range file.Comments {
		phrases := phrasesOf(group.Text())
		if len(phrases) == 0 {
			continue
		}
		marked := literalsAt(files, file, group)
		for _, phrase := range phrases {
			entries = append(entries, unverified.Entry{Declaration: declarationOf(files, file, group), Words: phrase, Code: marked})
		}
	}
	return entries, nil
}

// declarationOf names what the comment stands in or before: a function, a
// method, a type, a field of a struct type, a constant or a variable; "" for
// the comment of the package.
func declarationOf(files *token.FileSet, file *ast.File, group *ast.CommentGroup) string {
	for _, declaration := range file.Decls {
		begin := declaration.Pos()
		if doc := docOf(declaration); doc != nil {
			begin = doc.Pos()
		}
		trails := files.Position(group.Pos()).Line == files.Position(declaration.End()).Line
		if group.Pos() < begin || group.Pos() > declaration.End() && !trails {
			continue
		}
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			if d.Recv != nil && len(d.Recv.List) == 1 {
				return receiver(d.Recv.List[0].Type) + "." + d.Name.Name
			}
			return d.Name.Name
		case *ast.GenDecl:
			return specOf(d, group)
		}
	}
	return ""
}

func docOf(declaration ast.Decl) *ast.CommentGroup {
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		return d.Doc
	case *ast.GenDecl:
		return d.Doc
	}
	return nil
}

func receiver(e ast.Expr) string {
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	if index, ok := e.(*ast.IndexExpr); ok {
		e = index.X
	}
	if name, ok := e.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}

// specOf is the last name in a group of declarations that begins before the
// comment ends, with the field of a struct type that the comment belongs to.
func specOf(d *ast.GenDecl, group *ast.CommentGroup) string {
	name := ""
	for _, spec := range d.Specs {
		begin, called, fields := spec.Pos(), "", (*ast.FieldList)(nil)
		switch s := spec.(type) {
		case *ast.TypeSpec:
			called = s.Name.Name
			if s.Doc != nil {
				begin = s.Doc.Pos()
			}
			if shape, ok := s.Type.(*ast.StructType); ok {
				fields = shape.Fields
			}
		case *ast.ValueSpec:
			called = s.Names[0].Name
			if s.Doc != nil {
				begin = s.Doc.Pos()
			}
		}
		if name != "" && begin > group.End() {
			break
		}
		name = called
		for _, field := range fieldsOf(fields) {
			if (field.Doc == group || field.Comment == group) && len(field.Names) > 0 {
				return called + "." + field.Names[0].Name
			}
		}
	}
	return name
}

func fieldsOf(list *ast.FieldList) []*ast.Field {
	if list == nil {
		return nil
	}
	return list.List
}

// render is the file's text: a line an entry.
func render(entries []unverified.Entry) []byte {
	var b bytes.Buffer
	for _, e := range entries {
		b.WriteString(e.String())
		b.WriteByte('\n')
	}
	return b.Bytes()
}
